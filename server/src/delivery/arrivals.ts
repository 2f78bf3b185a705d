import type { Clock } from '../clock.ts'
import { faultOf } from '../log.ts'
import type { Log } from '../log.ts'
import type { Store } from '../store/store.ts'
import type { Delivery } from './delivery.ts'

/** A lost wake-up delays by no more than this and the reading itself; the promise is five seconds (P12). */
export const LOOK_EVERY_MS = 2_000

interface Deps {
  readonly store: Pick<Store, 'arrivals'>
  readonly delivery: Pick<Delivery, 'wake'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Makes lost wake-ups good. A hint from another node may be lost, and a message whose commit was reported as failed may lie on disk all the
 * same. One question to the store serves every device of this node: which mailboxes have got something since the last time of asking? On an idle
 * server the answer is "none", however many are connected.
 *
 * @returns what ends it
 */
export function watchArrivals({ store, delivery, clock, log }: Deps): () => void {
  /** Everything up to here has been woken for; null: not known yet, and devices that connect read their mailbox anyway. */
  let seen: number | null = null
  let asking = false
  const look = async () => {
    const { upto, mailboxes } = await store.arrivals(seen)
    seen = upto
    for (const { mailbox, seq } of mailboxes) delivery.wake(mailbox, seq)
  }
  const begin = () => {
    if (asking) return
    asking = true
    look()
      .catch((cause: unknown) =>
        log.warn({ fault: faultOf(cause) }, 'Nobody could look for what came unheard; trying again.'),
      )
      .finally(() => (asking = false))
  }
  begin()
  return clock.every(LOOK_EVERY_MS, begin)
}
