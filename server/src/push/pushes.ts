import { ChatnipError, LIMITS } from '@chatnip/protocol'
import type { Clock } from '../clock.ts'
import { faultOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Session, Store, Unfetched } from '../store/store.ts'
import type { PushPolicy } from './policy.ts'
import type { SendPush } from './send.ts'

/**
 * Wakes browsers whose pages are closed, by an empty push.
 * - Never in the way of a message: what came is only noted, in memory; all else happens later, and what fails here fails here.
 * - Not by who has a line, but by what was not fetched: a device that is live, on whatever node, has fetched it before anybody looks. A phone
 *   that sleeps with its line still up has not.
 * - One push per device and `pushQuietSeconds`, and none for what was pushed for already. Of several nodes one sends: the store decides.
 * - What a node has noted and not done goes when it stops: such a message waits without a push until the next comes.
 */
export interface Pushes {
  /** There is something for a device that was not here to take it. */
  note(mailbox: number, seq: number): void
  /** What browsers subscribe with; null: this server pushes nothing. */
  readonly publicKey: string | null
  /** @throws ChatnipError not_allowed when this server doesn't push there, or at all; not_signed_in when the device is gone */
  set(session: Session, endpoint: string): Promise<void>
  end(session: Session): Promise<void>
  /** False: the device has no address. */
  test(session: Session): Promise<boolean>
  close(): void
}

interface Deps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}

interface Way {
  readonly publicKey: string
  readonly policy: PushPolicy
  readonly send: SendPush
}

/** In this time a device that is live fetches what came. */
export const FETCHED_WITHIN_MS = 2_000
/** After a push service that could not take it. */
const AGAIN_AFTER_MS = [10_000, 60_000] as const
/** Beyond this nothing is noted: those who are away learn of it when they come. */
const MOST_NOTED = 100_000
const AT_ONCE = 500

const elsewhere = (): ChatnipError =>
  new ChatnipError('not_allowed', { message: 'This server pushes nothing to that address.' })

/** @param way null: nothing is pushed, and nothing noted */
export function openPushes({ store, clock, log }: Deps, way: Way | null): Pushes {
  const noted = way === null ? null : openNoted({ store, clock, log }, way.send)
  const own = (session: Session): [number, string] => [session.account, session.device?.deviceId ?? '']
  return {
    publicKey: way?.publicKey ?? null,
    note: (mailbox, seq) => noted?.add(mailbox, seq),
    set: async (session, endpoint) => {
      const url = URL.parse(endpoint)
      if (way === null || url === null || !way.policy.allows(url)) throw elsewhere()
      if (!(await store.setPush(...own(session), { endpoint: url.href, now: clock.now() })))
        throw new ChatnipError('not_signed_in')
    },
    end: async (session) => {
      await store.setPush(...own(session), null)
    },
    test: async (session) => {
      const endpoint = await store.findPush(...own(session))
      if (endpoint !== null) noted?.push(endpoint)
      return endpoint !== null && noted !== null
    },
    close: () => noted?.close(),
  }
}

interface Noted {
  add(mailbox: number, seq: number): void
  /** Sends at once, whatever was sent before. */
  push(endpoint: string): void
  close(): void
}

function openNoted({ store, clock, log }: Deps, send: SendPush): Noted {
  /** The last place of each mailbox that somebody was not there to take. */
  let waiting = new Map<number, number>()
  let isArmed = false
  let isClosed = false
  const after = (ms: number, run: () => Promise<void>) => {
    clock.after(ms, () => {
      if (isClosed) return
      run().catch((cause: unknown) => log.warn({ fault: faultOf(cause) }, 'Nobody could be pushed for; trying again.'))
    })
  }

  const push = async (endpoint: string, tries = 0): Promise<void> => {
    const outcome = await send(endpoint)
    if (outcome === 'gone') await store.dropPush(endpoint)
    if (outcome !== 'failed') return
    const ms = AGAIN_AFTER_MS[tries]
    if (ms === undefined) log.info({}, 'A push service takes nothing; leaving it.')
    else after(ms, () => push(endpoint, tries + 1))
  }
  const claim = async (unfetched: readonly Unfetched[]) => {
    const { due, later } = await store.claimPushes(unfetched, {
      now: clock.now(),
      quietMs: LIMITS.pushQuietSeconds * 1_000,
    })
    for (const { endpoint } of due) after(0, () => push(endpoint))
    if (later.length > 0)
      after(LIMITS.pushQuietSeconds * 1_000, async () => later.forEach(({ mailbox, seq }) => add(mailbox, seq)))
  }
  const look = async () => {
    isArmed = false
    const all = [...waiting].map(([mailbox, seq]) => ({ mailbox, seq }))
    waiting = new Map()
    for (let at = 0; at < all.length; at += AT_ONCE) {
      try {
        await claim(all.slice(at, at + AT_ONCE))
      } catch (cause) {
        // Those that were not tried any more, too.
        for (const { mailbox, seq } of all.slice(at)) add(mailbox, seq)
        throw cause
      }
    }
  }
  const add = (mailbox: number, seq: number) => {
    const known = waiting.get(mailbox)
    if (known === undefined ? waiting.size < MOST_NOTED : known < seq) waiting.set(mailbox, seq)
    if (isArmed) return
    isArmed = true
    after(FETCHED_WITHIN_MS, look)
  }
  return {
    add,
    push: (endpoint) => after(0, () => push(endpoint)),
    close: () => {
      isClosed = true
    },
  }
}
