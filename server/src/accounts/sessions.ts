import { ChatnipError, LIMITS, SESSION_ID_PATTERN } from '@chatnip/protocol'
import type { Clock } from '../clock.ts'
import type { Bus } from '../bus/bus.ts'
import type { Session, Store } from '../store/store.ts'
import { sha256 } from './secrets.ts'

/** How long a found session is believed without asking the store again. A revocation takes hold within this, notice or not. */
const BELIEVED_MS = 1_000
const MAX_BELIEVED = 10_000
const DAY_MS = 86_400_000

const TOKEN = new RegExp(SESSION_ID_PATTERN)

export interface Sessions {
  /**
   * The session of a token, and marks it as used.
   * @param username who the caller says it is; must own the session
   * @throws ChatnipError not_signed_in, account_disabled
   */
  require(token: string | undefined, username: string | undefined): Promise<Session>
  /** Asks the store afresh; null when it is over or its account is switched off. */
  recheck(session: Session): Promise<Session | null>
  /** Marks a session as used, lazily: it writes only when a sixtieth of its life has passed since it last did. */
  touch(session: Session): void
  /** When a session that is used now ends. */
  endOf(kind: 'plain' | 'device'): number
  close(): void
}

interface Believed {
  readonly session: Session
  readonly until: number
}

/** @param minutes life of a plain session after its last use */
export function openSessions(store: Store, bus: Bus, clock: Clock, minutes: number): Sessions {
  const believed = new Map<string, Believed>()
  const touched = new Map<string, number>()
  const lifeOf = (kind: 'plain' | 'device') => (kind === 'plain' ? minutes * 60_000 : LIMITS.deviceSessionDays * DAY_MS)
  const endOf = (kind: 'plain' | 'device') => clock.now() + lifeOf(kind)
  const kindOf = (session: Session) => (session.device === null ? 'plain' : 'device')

  const touch = (session: Session) => {
    const key = keyOf(session.hash)
    const last = Math.max(session.usedAt, touched.get(key) ?? 0)
    // A use in the future was noted by a wrong clock, and so was the session's end: both are put right.
    if (Math.abs(clock.now() - last) < lifeOf(kindOf(session)) / 60) return
    remember(touched, key, clock.now())
    // A lost touch only ends the session a little early; the next use tries again.
    store.touchSession(session.hash, clock.now(), endOf(kindOf(session))).catch(() => touched.delete(key))
  }
  const find = async (token: string) => {
    const hash = sha256(token)
    const key = keyOf(hash)
    const known = believed.get(key)
    const left = (known?.until ?? 0) - clock.now()
    if (known !== undefined && left > 0 && left <= BELIEVED_MS) return known.session
    const session = await store.findSession(hash, clock.now())
    if (session === null) believed.delete(key)
    else remember(believed, key, { session, until: clock.now() + BELIEVED_MS })
    return session
  }
  const forgetAll = () => believed.clear()
  const stopHearing = bus.onNotice((notice) => {
    if (notice.kind === 'sessions changed') forgetAll()
  })
  store.onForeignChange(forgetAll)

  return {
    endOf,
    touch,
    close: stopHearing,
    require: async (token, username) => {
      if (token === undefined || !TOKEN.test(token)) throw new ChatnipError('not_signed_in')
      const session = await find(token)
      if (session === null) throw new ChatnipError('not_signed_in')
      if (username !== undefined && username.toLowerCase() !== session.username.toLowerCase())
        throw new ChatnipError('not_signed_in')
      if (session.disabled) throw new ChatnipError('account_disabled')
      touch(session)
      return session
    },
    recheck: async (session) => {
      const found = await store.findSession(session.hash, clock.now())
      return found === null || found.disabled ? null : found
    },
  }
}

const keyOf = (hash: Uint8Array) => Buffer.from(hash).toString('latin1')

/** Bounded: the longest known goes first. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= MAX_BELIEVED) return
  const oldest = map.keys().next()
  if (oldest.done !== true) map.delete(oldest.value)
}
