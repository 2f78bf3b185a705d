import { signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { NetworkError } from '@chatnip/sdk'
import type { Messenger } from '@chatnip/sdk'
import { ChatnipError } from '@chatnip/protocol'
import type { Route } from '../router.ts'
import { announceAccount, joinTabs, onAccountChange, withoutEngines } from '../tabs/join.ts'
import type { Membership } from '../tabs/join.ts'
import { followMessenger } from './chats.ts'
import type { Chats } from './chats.ts'
import { forgetAsking } from './keeping.ts'
import { problemOf } from './problems.ts'
import type { Problem } from './problems.ts'
import { unreadTotal } from './title.ts'

/** Who is signed in in this browser. */
export type Session =
  | { readonly kind: 'starting' }
  | { readonly kind: 'out' }
  | { readonly kind: 'in'; readonly chats: Chats }
  /** Somebody is signed in, but what lies in this browser could not be opened. Nothing was changed. */
  | { readonly kind: 'failed'; readonly problem: Problem }

/** The name of the account that is signed in here, and of the one that was here last. */
const SIGNED_IN = 'chatnip account'
const LAST = 'chatnip last name'

const state = signal<Session>({ kind: 'starting' })
let membership: Membership | null = null
/** Counts beginnings, so that an older one that ends late is not heard. */
let beginning = 0

export const session: ReadonlySignal<Session> = state

/** The account is gone from here: its name is not offered any more. */
export const forgetName = (): void => {
  localStorage.removeItem(LAST)
  forgetAsking()
}

/** The name to offer in the log-in form. */
export const lastUsername = (): string => localStorage.getItem(LAST) ?? ''

/** A part of the app that did not come is as good as no network: another attempt may do. */
const notLoaded = (error: unknown): never => {
  throw new NetworkError(undefined, { cause: error })
}

const loadEngine = () => import('./engine.ts').catch(notLoaded)

const startEngine = async (username: string): Promise<Messenger> => (await loadEngine()).startEngine(username)

const letGo = async (): Promise<void> => {
  const old = membership
  membership = null
  if (state.value.kind === 'in') state.value.chats.stop()
  unreadTotal.value = 0
  await old?.letGo()
}

const begin = async (username: string): Promise<void> => {
  beginning += 1
  const mine = beginning
  try {
    const joined = await joinTabs({
      username,
      start: () => startEngine(username),
      onLeft: () => {
        void letGo().then(() => (state.value = { kind: 'starting' }))
      },
    })
    if (mine !== beginning) {
      await joined.letGo()
      return
    }
    membership = joined
    state.value = { kind: 'in', chats: followMessenger(joined.messenger) }
  } catch (error) {
    if (mine !== beginning) return
    const out = error instanceof ChatnipError && error.code === 'not_signed_in'
    state.value = out ? { kind: 'out' } : { kind: 'failed', problem: problemOf(error) }
  }
}

/** Looks who is signed in in this browser and begins from what lies here, with or without a network. */
const look = async (): Promise<void> => {
  await letGo()
  const username = localStorage.getItem(SIGNED_IN)
  if (username === null) state.value = { kind: 'out' }
  else await begin(username)
}

/** Begins, and follows what other tabs do. */
export const startSession = (): void => {
  onAccountChange(() => void look())
  void look()
}

/** Somebody has signed in here: open what is theirs. */
export const enter = async (username: string): Promise<void> => {
  remember(username)
  await look()
  announceAccount()
}

/** From now on this account is the one that is signed in in this browser; null: nobody. */
export const remember = (username: string | null): void => {
  if (username === null) localStorage.removeItem(SIGNED_IN)
  else {
    localStorage.setItem(SIGNED_IN, username)
    localStorage.setItem(LAST, username)
  }
}

/**
 * Runs something that changes whose session this browser has, or whose keys: every tab lets go first, so that no engine runs on
 * the session or the keys of somebody else. Then all look again who is signed in.
 */
export const change = async <T>(work: () => Promise<T>): Promise<T> => {
  await letGo()
  try {
    return await withoutEngines(work)
  } finally {
    await look()
  }
}

/** After the keys or the session were renewed: the engine starts anew, in whichever tab it runs. */
export const restartEngine = async (): Promise<void> => {
  await membership?.restart()
}

/** The session ended by itself: the same account signs in again, and everything goes on where it was. */
export const signInAgain = async (password: string): Promise<void> => {
  if (state.value.kind !== 'in') return
  const { username } = state.value.chats.messenger.profile
  const { renew } = await import('./flows.ts').catch(notLoaded)
  await renew({ username, password })
  await restartEngine()
}

const farewellText = signal<string | null>(null)

/** What the log-in page says first: the result of what led there. */
export const farewell: ReadonlySignal<string | null> = farewellText
export const sayFarewell = (text: string | null): void => {
  farewellText.value = text
}

let wish: Route | null = null
/** Where somebody wanted to go before they had to log in. */
export const wishFor = (route: Route): void => {
  wish = route
}
export const takeWish = (): Route | null => {
  const taken = wish
  wish = null
  return taken
}
