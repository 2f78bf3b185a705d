import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChatnipError } from '@chatnip/protocol'
import { DEFAULT_COST, openPasswords } from './passwords.ts'

const CHEAP = { memoryKiB: 8, passes: 1, lanes: 1 }

describe('passwords', () => {
  const passwords = openPasswords(CHEAP)

  test('any text works, exactly as it was given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), async (password) => {
        const stored = await passwords.hash(password)
        expect(await passwords.verify(stored, password)).toBe(true)
        expect(await passwords.verify(stored, `${password} `)).toBe(false)
      }),
      { numRuns: 30 },
    )
  })

  test('nothing is cut off, not even after 72 bytes', async () => {
    const stored = await passwords.hash(`${'x'.repeat(255)}a`)
    expect(await passwords.verify(stored, `${'x'.repeat(255)}b`)).toBe(false)
  })

  test('are stored with their parameters and a salt of their own', async () => {
    const [one, two] = await Promise.all([passwords.hash('same'), passwords.hash('same')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(two)
    expect(DEFAULT_COST).toEqual({ memoryKiB: 65_536, passes: 3, lanes: 1 })
  })

  test('a hash of another cost still works and is known to be outdated', async () => {
    const old = await openPasswords({ ...CHEAP, passes: 2 }).hash('secret')
    expect(await passwords.verify(old, 'secret')).toBe(true)
    expect(passwords.outdated(old)).toBe(true)
    expect(passwords.outdated(await passwords.hash('secret'))).toBe(false)
  })

  test('for a name that is not there the same work is done', async () => {
    const slow = openPasswords({ memoryKiB: 8 * 1_024, passes: 2, lanes: 1 })
    const stored = await slow.hash('secret')
    const cost = async (phc: string | null) => {
      const before = process.cpuUsage()
      expect(await slow.verify(phc, 'wrong')).toBe(false)
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    const times = { known: 0, unknown: 0 }
    for (let i = 0; i < 10; i += 1) {
      times.known += await cost(stored)
      times.unknown += await cost(null)
    }
    // Without the dummy the ratio would be a hundred or more.
    expect(times.unknown).toBeGreaterThan(times.known / 4)
  })

  test('too many at once are told to come back, the others are served', async () => {
    const many = Array.from({ length: 200 }, () =>
      passwords.hash('secret').then(
        () => 'done',
        (thrown: unknown) => thrown,
      ),
    )
    const results = await Promise.all(many)
    const refused = results.filter((result) => result !== 'done')
    expect(refused.length).toBe(200 - 2 - 50)
    expect(refused[0]).toBeInstanceOf(ChatnipError)
    expect(refused[0]).toMatchObject({ code: 'too_many', retryAfter: 10 })
    expect(await passwords.hash('again')).toContain('argon2id')
  })
})
