import { ChatnipError, RATES } from '@chatnip/protocol'
import type { RateLimit } from '@chatnip/protocol'

/** Keys remembered per rate; the longest unused go first. A forgotten key has a full bucket again. */
const MAX_KEYS = 50_000

/**
 * Token buckets in the form of the generic cell rate algorithm (ITU-T I.371): one number per key, the time at which the
 * bucket would be full again. A request is free while that lies less than `burst` requests ahead.
 */
export interface Limiter {
  /**
   * Takes one token.
   * @throws ChatnipError too_many with `retryAfter` in whole seconds
   */
  take(rate: RateLimit, key: string | number): void
  /** Gives the last token back, for buckets that count failures only: taken before, so that parallel guesses count too. */
  giveBack(rate: RateLimit, key: string | number): void
}

/** One that can also be told what others have counted. */
export interface CountingLimiter extends Limiter {
  /** Takes that many tokens (gives them back when negative), as far as there are any; refuses nothing. */
  charge(rate: RateLimit, key: string | number, count: number): void
}

/** No limits at all: CHATNIP_RATE_LIMITS=off. */
export const unlimited: Limiter = { take: () => undefined, giveBack: () => undefined }

/**
 * @param now the injected clock, milliseconds
 * @param maxKeys memory bound per rate
 */
export function openLimiter(now: () => number, maxKeys: number = MAX_KEYS): CountingLimiter {
  const fullAgain = new Map<RateLimit, Map<string | number, number>>()
  const bucketsOf = (rate: RateLimit) => {
    const known = fullAgain.get(rate) ?? new Map<string | number, number>()
    fullAgain.set(rate, known)
    return known
  }
  const put = (buckets: Map<string | number, number>, key: string | number, at: number) => {
    buckets.delete(key)
    buckets.set(key, at)
    if (buckets.size <= maxKeys) return
    const oldest = buckets.keys().next()
    if (oldest.done !== true) buckets.delete(oldest.value)
  }
  return {
    take: (rate, key) => {
      const { burst, seconds } = RATES[rate]
      const buckets = bucketsOf(rate)
      const at = now()
      // Further ahead than a whole bucket no key can be, unless the clock was set back: its bucket is empty then, not shut for years.
      const known = Math.min(buckets.get(key) ?? at, at + burst * seconds * 1_000)
      if (known < (buckets.get(key) ?? at)) put(buckets, key, known)
      const next = Math.max(known, at) + seconds * 1_000
      const tooEarly = next - burst * seconds * 1_000 - at
      // A hair of tolerance: sums of fractions such as 0.05 s must not refuse the last of a burst.
      if (tooEarly > 1e-6) throw new ChatnipError('too_many', { retryAfter: Math.max(1, Math.ceil(tooEarly / 1_000)) })
      put(buckets, key, next)
    },
    charge: (rate, key, count) => {
      if (!Number.isFinite(count)) return
      const { burst, seconds } = RATES[rate]
      const buckets = bucketsOf(rate)
      const at = now()
      const next = Math.max(buckets.get(key) ?? at, at) + count * seconds * 1_000
      if (next > at) put(buckets, key, Math.min(next, at + burst * seconds * 1_000))
      else buckets.delete(key)
    },
    giveBack: (rate, key) => {
      const buckets = bucketsOf(rate)
      const at = buckets.get(key)
      if (at !== undefined) put(buckets, key, at - RATES[rate].seconds * 1_000)
    },
  }
}
