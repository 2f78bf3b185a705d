import { expect, test } from 'vitest'
import { addDevices, updateKeys } from './commits.ts'
import { ConversationError } from './errors.ts'
import { groupInfo, joinByWelcome, joinExternally } from './joining.ts'
import { makeKeyPackage, readKeyPackage } from './key-package.ts'
import { sealMessage } from './messages.ts'
import { receive } from './receiving.ts'
import { at, deviceOf, NOW, openRoom, OPTIONS, PINS, say, utf8, welcomeOf } from './testing.ts'
import { readWire, writeWire } from './wire.ts'

/** `CHATNIP_GARBAGE=10000` for a release; less in the ordinary run, since each goes through real cryptography. */
const COUNT = Number(process.env['CHATNIP_GARBAGE'] ?? 1_000)

/** A small generator with a seed (mulberry32), so that what fails once fails again. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides
  }
}

type Spoil = (bytes: Uint8Array, roll: (sides: number) => number) => Uint8Array

const SPOILS: readonly Spoil[] = [
  (bytes, roll) => bytes.map((byte, index) => (index > 1 && roll(bytes.length) < 3 ? byte ^ (1 << roll(8)) : byte)),
  (bytes, roll) => bytes.slice(0, roll(bytes.length)),
  (bytes, roll) => new Uint8Array([...bytes, ...Uint8Array.from({ length: 1 + roll(40) }, () => roll(256))]),
  (bytes, roll) => {
    const [from, length] = [2 + roll(bytes.length - 2), 1 + roll(64)]
    return bytes.map((byte, index) => (index >= from && index < from + length ? roll(256) : byte))
  },
  (bytes, roll) => new Uint8Array([...bytes.slice(0, 2), ...Uint8Array.from({ length: roll(2_000) }, () => roll(256))]),
  (bytes, roll) => bytes.map((byte, index) => (index === 2 + roll(80) ? 255 : byte)),
  (bytes, roll) => new Uint8Array([1, 1 + roll(5), ...bytes.slice(2)]),
  (_, roll) => Uint8Array.from({ length: roll(300) }, () => roll(256)),
]

test(
  `${COUNT} spoilt things: a typed error each, and the conversation goes on`,
  { timeout: 60_000 + COUNT * 60 },
  async () => {
    const [a1, a2, b1, m1] = await Promise.all([
      deviceOf('alice', 'a1'),
      deviceOf('alice', 'a2'),
      deviceOf('bob', 'b1'),
      deviceOf('mallory', 'm1'),
    ])
    const room = await openRoom([a1, b1])
    const pair = await makeKeyPackage(m1, { now: NOW, days: 1 })
    const bob = at(room, 'b1')
    const welcome = welcomeOf(await addDevices(at(room, 'a1'), [pair.keyPackage], OPTIONS))
    const info = await groupInfo(at(room, 'a1'))
    const join = (await joinExternally(a2, info, OPTIONS)).commit
    const message = (await sealMessage(at(room, 'a1'), utf8('miao'))).message
    const update = (await updateKeys(at(room, 'a1'))).commit
    const takers: readonly (readonly [Uint8Array, (bytes: Uint8Array) => Promise<unknown>])[] = [
      [message, (bytes) => receive(bob, bytes, PINS)],
      [update, (bytes) => receive(bob, bytes, PINS)],
      [join, (bytes) => receive(bob, bytes, PINS)],
      [welcome, (bytes) => joinByWelcome(bytes, pair, PINS)],
      [info, (bytes) => joinExternally(a2, bytes, OPTIONS)],
      [pair.keyPackage, (bytes) => readKeyPackage(bytes, PINS, NOW)],
    ]
    // Control: unspoilt, each of them is taken.
    for (const [bytes, take] of takers) await take(bytes)

    const before = JSON.stringify(bob)
    const codes = new Map<string, number>()
    const roll = dice(4)
    for (let round = 0; round < COUNT; round++) {
      const [bytes, take] = takers[roll(takers.length)] ?? [new Uint8Array(), async () => null]
      const spoilt = (SPOILS[roll(SPOILS.length)] ?? (() => bytes))(bytes, roll)
      if (spoilt.length === bytes.length && spoilt.every((byte, index) => byte === bytes[index])) continue
      const outcome = await take(spoilt).then(
        () => 'accepted',
        (error: unknown) => (error instanceof ConversationError ? error.code : `untyped: ${String(error)}`),
      )
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1)
    }
    expect([...codes.keys()].filter((code) => code.startsWith('untyped'))).toEqual([])
    expect(codes.get('accepted')).toBeUndefined()
    expect(codes.size).toBeGreaterThan(3)
    expect(JSON.stringify(bob)).toBe(before)
    expect((await say(room, 'a1', 'still here')).read).toEqual({ b1: 'a1: still here' })
  },
)

test('an external join that removes a leaf which does not exist ends at once', async () => {
  const [a1, a2, b1] = await Promise.all([deviceOf('alice', 'a1'), deviceOf('alice', 'a2'), deviceOf('bob', 'b1')])
  const room = await openRoom([a1, b1])
  const { commit } = await joinExternally(a2, await groupInfo(at(room, 'a1')), OPTIONS)
  const read = await readWire('commit', commit)
  if (read.wireformat !== 'mls_public_message') throw new TypeError(read.wireformat)
  const { content } = read.publicMessage
  if (content.contentType !== 'commit') throw new TypeError(content.contentType)
  const proposal = { proposalType: 'remove', remove: { removed: 2 ** 31 } } as const
  const proposals = [...content.commit.proposals, { proposalOrRefType: 'proposal', proposal } as const]
  const publicMessage = { ...read.publicMessage, content: { ...content, commit: { ...content.commit, proposals } } }
  const bytes = writeWire('commit', { wireformat: 'mls_public_message', publicMessage })
  await expect(receive(at(room, 'b1'), bytes, PINS)).rejects.toMatchObject({ code: 'not_a_member' })
})
