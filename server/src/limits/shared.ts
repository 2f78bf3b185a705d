import { createHmac, randomUUID } from 'node:crypto'
import { RATES } from '@chatnip/protocol'
import type { RateLimit } from '@chatnip/protocol'
import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import type { CountingLimiter, Limiter } from './limiter.ts'

/** What was taken here is told to the other nodes so often: a guesser gains no more than what fits in between. */
const TELL_EVERY_MS = 100

/** Rates that take long to fill again are what guessing and sign-ups are bounded by; the quick ones bound a node's own work. */
const SLOW_SECONDS = 1
const isShared = (rate: RateLimit): boolean => RATES[rate].seconds >= SLOW_SECONDS

const isRate = (name: string): name is RateLimit => Object.hasOwn(RATES, name)

interface Deps {
  readonly bus: Bus
  readonly clock: Clock
  /** The same on all nodes. Keys hold names and addresses; others hear only of their keyed hashes. */
  readonly secret: Uint8Array
}

/**
 * Rate limits that hold over several nodes: each counts by itself, and tells the others what it counted. When nothing can be told each node
 * still has its own limits.
 */
export function shareLimits(own: CountingLimiter, { bus, clock, secret }: Deps): Limiter {
  const by = randomUUID()
  let waiting = new Map<string, { readonly rate: RateLimit; readonly key: string; count: number }>()
  const tell = () => {
    const now = waiting
    waiting = new Map()
    const takings = [...now.values()].filter(({ count }) => count !== 0)
    if (takings.length > 0)
      bus.tell({ kind: 'taken', by, takings: takings.map(({ rate, key, count }) => [rate, key, count]) })
  }
  const note = (rate: RateLimit, key: string, count: number) => {
    if (waiting.size === 0) clock.after(TELL_EVERY_MS, tell)
    const name = `${rate} ${key}`
    const one = waiting.get(name) ?? { rate, key, count: 0 }
    one.count += count
    waiting.set(name, one)
  }
  const hashed = (rate: RateLimit, key: string | number) =>
    createHmac('sha256', secret).update(`${rate} ${key}`).digest('base64url').slice(0, 22)
  bus.onNotice((notice) => {
    if (notice.kind !== 'taken' || notice.by === by) return
    for (const [rate, key, count] of notice.takings) if (isRate(rate) && isShared(rate)) own.charge(rate, key, count)
  })
  return {
    take: (rate, key) => {
      if (!isShared(rate)) return own.take(rate, key)
      const name = hashed(rate, key)
      own.take(rate, name)
      note(rate, name, 1)
    },
    giveBack: (rate, key) => {
      if (!isShared(rate)) return own.giveBack(rate, key)
      const name = hashed(rate, key)
      own.giveBack(rate, name)
      note(rate, name, -1)
    },
  }
}
