import { describe, expect, test } from 'vitest'
import vectors from '../vectors/identities.json' with { type: 'json' }
import { checkScan, safetyNumber } from './safety.ts'
import { PEOPLE } from './testing.ts'

const alice = { name: 'alice', publicKey: PEOPLE.alice.public_key }
const bob = { name: 'bob', publicKey: PEOPLE.bob.public_key }
const { digits, scan } = await safetyNumber(alice, bob)

describe('safetyNumber', () => {
  test('is the known one: sixty digits and a short text to scan', () => {
    expect({ digits, scan }).toEqual({ digits: vectors.safety_number.digits, scan: vectors.safety_number.scan })
    expect(digits).toMatch(/^\d{60}$/)
    expect(scan.length).toBeLessThan(100)
  })

  test('is the same from both sides, whatever the case of the names and the form of the keys', async () => {
    expect(await safetyNumber(bob, alice)).toEqual({ digits, scan })
    const written = JSON.stringify(JSON.parse(alice.publicKey), null, 2)
    expect(await safetyNumber({ name: 'ALICE', publicKey: written }, bob)).toEqual({ digits, scan })
  })

  test('changes with any key or name', async () => {
    const mallory = PEOPLE.mallory.public_key
    const others = await Promise.all([
      safetyNumber({ ...alice, publicKey: mallory }, bob),
      safetyNumber(alice, { ...bob, publicKey: mallory }),
      safetyNumber({ ...alice, name: 'alicf' }, bob),
      safetyNumber(alice, { ...bob, name: 'bot' }),
      safetyNumber({ ...alice, name: 'bob' }, { ...bob, name: 'alice' }),
      safetyNumber({ ...alice, publicKey: 'another format' }, bob),
    ])
    expect(new Set([digits, ...others.map((other) => other.digits)]).size).toBe(others.length + 1)
    expect(new Set([scan, ...others.map((other) => other.scan)]).size).toBe(others.length + 1)
  })
})

test('checkScan takes what the other side shows and nothing else', async () => {
  const shown = (await safetyNumber(bob, alice)).scan
  expect(await checkScan(alice, bob, shown)).toBe(true)
  expect(await checkScan(alice, bob, `${shown}\n`)).toBe(true)
  expect(await checkScan(alice, { ...bob, publicKey: PEOPLE.mallory.public_key }, shown)).toBe(false)
  expect(await checkScan(alice, bob, shown.slice(0, -1))).toBe(false)
  expect(await checkScan(alice, bob, '')).toBe(false)
  expect(await checkScan(alice, bob, digits)).toBe(false)
})
