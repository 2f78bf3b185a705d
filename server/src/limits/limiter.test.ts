import fc from 'fast-check'
import { ChatnipError, RATES } from '@chatnip/protocol'
import { describe, expect, test } from 'vitest'
import { addressKey } from './address.ts'
import { openLimiter } from './limiter.ts'

/** How many of `count` requests at this instant get through. */
function passing(limiter: ReturnType<typeof openLimiter>, count: number, key = 'alice'): number {
  let passed = 0
  for (let i = 0; i < count; i += 1) {
    try {
      limiter.take('sign_up', key)
      passed += 1
    } catch (thrown) {
      if (!(thrown instanceof ChatnipError)) throw thrown
    }
  }
  return passed
}

describe('token buckets', () => {
  test('let a burst through, then one per interval', () => {
    let now = 1_000
    const limiter = openLimiter(() => now)
    expect(passing(limiter, 100)).toBe(RATES.sign_up.burst)
    now += RATES.sign_up.seconds * 1_000 - 1
    expect(passing(limiter, 5)).toBe(0)
    now += 1
    expect(passing(limiter, 5)).toBe(1)
    expect(passing(limiter, 100, 'bob')).toBe(RATES.sign_up.burst)
  })

  test('the time that a refusal names is enough, and no second less', () => {
    let now = 0
    const limiter = openLimiter(() => now)
    passing(limiter, 100)
    const refusal = (() => {
      try {
        limiter.take('sign_up', 'alice')
      } catch (thrown) {
        if (thrown instanceof ChatnipError) return thrown
      }
      return null
    })()
    expect(refusal?.code).toBe('too_many')
    now += ((refusal?.retryAfter ?? 0) - 1) * 1_000
    expect(passing(limiter, 1)).toBe(0)
    now += 1_000
    expect(passing(limiter, 1)).toBe(1)
  })

  test('what is given back can be taken again', () => {
    const limiter = openLimiter(() => 0)
    for (let i = 0; i < 1_000; i += 1) {
      limiter.take('log_in_failures', 'alice')
      limiter.giveBack('log_in_failures', 'alice')
    }
    expect(() => limiter.take('log_in_failures', 'alice')).not.toThrow()
  })

  test('never let more through than burst and time allow, in any rhythm', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2_000_000), fc.nat(20)), { maxLength: 30 }), (rhythm) => {
        let now = 0
        let passed = 0
        const limiter = openLimiter(() => now)
        for (const [pause, tries] of rhythm) {
          now += pause
          passed += passing(limiter, tries)
        }
        expect(passed).toBeLessThanOrEqual(RATES.sign_up.burst + now / 1_000 / RATES.sign_up.seconds)
      }),
    )
  })

  test('a clock that is set back by years empties a bucket and shuts it for no longer than that', () => {
    let now = 1e12
    const limiter = openLimiter(() => now)
    expect(passing(limiter, 100)).toBe(RATES.sign_up.burst)
    now -= 3e11
    expect(passing(limiter, 100)).toBe(0)
    now += RATES.sign_up.seconds * 1_000
    expect(passing(limiter, 100)).toBe(1)
  })

  test('memory is bounded: the longest unused key is forgotten', () => {
    const limiter = openLimiter(() => 0, 10)
    expect(passing(limiter, 100, 'first')).toBe(RATES.sign_up.burst)
    for (let i = 0; i < 10; i += 1) limiter.take('sign_up', `other ${i}`)
    expect(passing(limiter, 100, 'first')).toBe(RATES.sign_up.burst)
    expect(passing(limiter, 100, 'other 9')).toBe(RATES.sign_up.burst - 1)
  })
})

describe('addresses', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })
})
