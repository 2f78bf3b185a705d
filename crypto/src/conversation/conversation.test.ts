import { describe, expect, test } from 'vitest'
import { addDevices, createConversation, removeDevices, updateKeys } from './commits.ts'
import { loadDevice, saveDevice } from './device.ts'
import { groupInfo, joinByWelcome, joinExternally } from './joining.ts'
import { loadKeyPackage, makeKeyPackage, readKeyPackage, saveKeyPackage, welcomedKeyPackages } from './key-package.ts'
import { MAX_MESSAGE_BYTES, sealMessage } from './messages.ts'
import { adopt, loadPending, savePending, wipe } from './pending.ts'
import { checkSeats, MAX_DEVICES } from './policy.ts'
import { receive } from './receiving.ts'
import { loadConversation, saveConversation, saveMoving } from './saving.ts'
import {
  at,
  deviceOf,
  makeKey,
  NOW,
  openRoom,
  OPTIONS,
  PINS,
  refusal,
  say,
  share,
  textOf,
  utf8,
  welcomeOf,
} from './testing.ts'
import type { Room } from './testing.ts'
import { stateOf } from './state.ts'
import { seatsOf } from './tree.ts'

const [a1, a2, b1, b2, m1] = await Promise.all([
  deviceOf('alice', 'a1'),
  deviceOf('alice', 'a2'),
  deviceOf('bob', 'b1'),
  deviceOf('bob', 'b2'),
  deviceOf('mallory', 'm1'),
])
const key = await makeKey()
const agreements = (room: Room) =>
  new Set(Object.values(room).map(({ agreement, epoch }) => `${epoch} ${agreement}`)).size

describe('a conversation', () => {
  test('one person writes, all other devices read who said what', async () => {
    const room = await openRoom([a1, a2, b1])
    expect(agreements(room)).toBe(1)
    expect(at(room, 'b1').members).toEqual([a1, a2, b1])
    expect((await say(room, 'a1', 'Miao! 🐈')).read).toEqual({ a2: 'a1: Miao! 🐈', b1: 'a1: Miao! 🐈' })
  })

  test('devices come and go, keys are renewed, and everybody still agrees', async () => {
    let room = await openRoom([a1, b1])
    const pair = await makeKeyPackage(m1, { now: NOW, days: 1 })
    const adding = await addDevices(at(room, 'b1'), [pair.keyPackage], OPTIONS)
    expect(adding.change).toEqual({ by: b1, added: [m1], removed: [], isExternal: false })
    room = { ...(await share(room, 'b1', adding)), m1: await joinByWelcome(welcomeOf(adding), pair, PINS) }
    room = await share(room, 'm1', await updateKeys(at(room, 'm1')))
    room = await share(room, 'a2', await joinExternally(a2, await groupInfo(at(room, 'm1')), OPTIONS))
    room = await share(room, 'a1', await removeDevices(at(room, 'a1'), [m1, b1]))
    expect(Object.keys(room).toSorted()).toEqual(['a1', 'a2'])
    expect(agreements(room)).toBe(1)
    expect((await say(room, 'a2', 'Only us')).read).toEqual({ a1: 'a2: Only us' })
  })

  test('a commit tells everybody what it changed', async () => {
    const room = await openRoom([a1, b1, m1])
    const pending = await removeDevices(at(room, 'a1'), [m1])
    const change = { by: a1, added: [], removed: [m1], isExternal: false }
    expect(pending.change).toEqual(change)
    expect(await receive(at(room, 'b1'), pending.commit, PINS)).toMatchObject({ kind: 'commit', ...change })
    expect(await receive(at(room, 'm1'), pending.commit, PINS)).toEqual({ kind: 'removed', by: a1 })
  })

  test('messages of the epoch before are still read, those of earlier ones not', async () => {
    let room = await openRoom([a1, b1, b2])
    const late = await sealMessage(at(room, 'a1'), utf8('late'))
    room = await share(room, 'b1', await updateKeys(at(room, 'b1')))
    const received = await receive(at(room, 'b2'), late.message, PINS)
    expect(received).toMatchObject({ kind: 'message', epoch: 1, from: a1 })
    room = await share(room, 'b1', await updateKeys(at(room, 'b1')))
    expect(await refusal(receive(at(room, 'b2'), late.message, PINS))).toBe('epoch_past')
  })

  test('a device that lost its state comes in again and takes its own place', async () => {
    const room = await openRoom([a1, b1, m1])
    const back = await joinExternally(b1, await groupInfo(at(room, 'a1')), OPTIONS)
    expect(back.change).toEqual({ by: b1, added: [b1], removed: [b1], isExternal: true })
    // The copy that was thought lost is told that it is out.
    expect(await receive(at(room, 'b1'), back.commit, PINS)).toEqual({ kind: 'removed', by: b1 })
    const next = await share({ a1: at(room, 'a1'), m1: at(room, 'm1') }, 'b1', back)
    expect(at(next, 'a1').members).toHaveLength(3)
    expect(agreements(next)).toBe(1)
    expect((await say(next, 'b1', 'Back')).read).toEqual({ a1: 'b1: Back', m1: 'b1: Back' })
  })
})

describe('a commit is pending until the server has taken it', () => {
  test('the loser takes the winner in and tries again', async () => {
    const room = await openRoom([a1, b1, m1])
    const [winner, loser] = [await updateKeys(at(room, 'a1')), await removeDevices(at(room, 'b1'), [m1])]
    expect(loser.epoch).toBe(winner.epoch)
    const next = await share(room, 'a1', winner)
    const again = await share(next, 'b1', await removeDevices(at(next, 'b1'), [m1]))
    expect(Object.keys(again).toSorted()).toEqual(['a1', 'b1'])
    expect(agreements(again)).toBe(1)
  })

  test('meanwhile the conversation goes on as it was', async () => {
    let room = await openRoom([a1, b1])
    const pending = await updateKeys(at(room, 'a1'))
    const late = await sealMessage(at(room, 'b1'), utf8('late'))
    const first = await say({ ...room, b1: late.conversation }, 'a1', 'before')
    room = (await say(first.room, 'b1', 'too')).room
    const saved = await savePending(pending, key)
    const loaded = await loadPending(saved, key, pending.id)
    expect(loaded).toEqual(pending)
    room = await share(room, 'a1', loaded)
    expect(await refusal((async () => adopt(pending, at(room, 'a1')))())).toBe('epoch_past')
    expect(await refusal((async () => adopt(pending, null))())).toBe('epoch_past')
    expect(agreements(room)).toBe(1)
    expect((await say(room, 'a1', 'after')).read).toEqual({ b1: 'a1: after' })
    expect(await refusal(loadPending(saved, await makeKey(), pending.id))).toBe('damaged')
  })

  test('one’s own commit is not received but adopted', async () => {
    const room = await openRoom([a1, b1])
    const pending = await updateKeys(at(room, 'a1'))
    expect(await refusal(receive(at(room, 'a1'), pending.commit, PINS))).toBe('own_message')
  })

  test('wiping what served leaves what follows whole', async () => {
    let room = await openRoom([a1, b1, b2])
    const pending = await updateKeys(at(room, 'a1'))
    const received = await receive(at(room, 'b1'), pending.commit, PINS)
    if (received.kind !== 'commit') throw new TypeError(received.kind)
    const other = await receive(at(room, 'b2'), pending.commit, PINS)
    if (other.kind !== 'commit') throw new TypeError(other.kind)
    const adopted = adopt(pending, at(room, 'a1'))
    for (const { spent } of [received, other, adopted]) wipe(spent)
    room = { a1: adopted.conversation, b1: received.conversation, b2: other.conversation }
    for (const from of ['a1', 'b1', 'b2']) {
      const sealed = await sealMessage(at(room, from), utf8(from))
      wipe(sealed.spent)
      room = { ...room, [from]: sealed.conversation }
      for (const to of Object.keys(room).filter((name) => name !== from)) {
        const read = await receive(at(room, to), sealed.message, PINS)
        if (read.kind !== 'message') throw new TypeError(read.kind)
        expect(textOf(read.bytes)).toBe(from)
        wipe(read.spent)
        room = { ...room, [to]: read.conversation }
      }
    }
    expect(agreements(await share(room, 'b2', await updateKeys(at(room, 'b2'))))).toBe(1)
  })
})

describe('key packages', () => {
  test('say whose they are and until when', async () => {
    const pair = await makeKeyPackage(b1, { now: NOW, days: 30, isLastResort: true })
    const times = { notBefore: NOW - 3600, notAfter: NOW + 30 * 86_400 }
    const info = { account: 'bob', device: 'b1', id: pair.id, ...times, isLastResort: true }
    expect(await readKeyPackage(pair.keyPackage, PINS, NOW)).toEqual(info)
    const ordinary = await makeKeyPackage(b1, { now: NOW, days: 30 })
    expect(await readKeyPackage(ordinary.keyPackage, PINS, NOW)).toMatchObject({ isLastResort: false })
  })

  test('too early, too late, of a stranger, cut or altered ones are refused', async () => {
    const { keyPackage } = await makeKeyPackage(b1, { now: NOW, days: 30 })
    const read = (bytes: Uint8Array, now = NOW, pins = PINS) => refusal(readKeyPackage(bytes, pins, now))
    expect(await read(keyPackage, NOW - 3601)).toBe('expired')
    expect(await read(keyPackage, NOW + 30 * 86_400 + 1)).toBe('expired')
    expect(await read(keyPackage, NOW, new Map())).toBe('not_pinned')
    expect(await read(keyPackage.subarray(0, -1))).toBe('unreadable')
    expect(await read(new Uint8Array([2, ...keyPackage.subarray(1)]))).toBe('version_unknown')
    const altered = keyPackage.slice()
    altered[40] = (altered[40] ?? 0) ^ 1
    expect(await read(altered)).toBe('forged')
  })

  test('of several, a welcome names the one it is for; saved and loaded it still fits', async () => {
    const pairs = await Promise.all([0, 1].map(() => makeKeyPackage(b1, { now: NOW, days: 30 })))
    const [other, used] = pairs
    if (other === undefined || used === undefined) throw new RangeError()
    const pending = await addDevices(await createConversation(a1, NOW), [used.keyPackage], OPTIONS)
    expect(await welcomedKeyPackages(welcomeOf(pending))).toEqual([used.id])
    expect(await refusal(joinByWelcome(welcomeOf(pending), other, PINS))).toBe('not_for_us')
    const loaded = await loadKeyPackage(await saveKeyPackage(used, key), key)
    const joined = await joinByWelcome(welcomeOf(pending), loaded, PINS)
    expect(joined.members).toEqual([a1, b1])
  })

  test('the last resort brings a device into many conversations', async () => {
    const pair = await makeKeyPackage(b1, { now: NOW, days: 365, isLastResort: true })
    for (const founder of [a1, m1]) {
      const pending = await addDevices(await createConversation(founder, NOW), [pair.keyPackage], OPTIONS)
      expect((await joinByWelcome(welcomeOf(pending), pair, PINS)).members).toEqual([founder, b1])
    }
  })

  test('all accounts whose keys are wanted are named at once', async () => {
    const room = await openRoom([a1, b1])
    const pair = await makeKeyPackage(m1, { now: NOW, days: 1 })
    const pending = await addDevices(at(room, 'a1'), [pair.keyPackage], OPTIONS)
    const joining = joinByWelcome(welcomeOf(pending), pair, new Map([...PINS].filter(([name]) => name === 'mallory')))
    await expect(joining).rejects.toMatchObject({ code: 'not_pinned', accounts: ['alice', 'bob'] })
  })
})

describe('limits', () => {
  test('a message may be as long as it fits, and shows one of nine sizes', async () => {
    const conversation = at(await openRoom([a1, b1]), 'a1')
    const sizeOf = async (bytes: number) => (await sealMessage(conversation, new Uint8Array(bytes))).message.length
    expect(await sizeOf(0)).toBe(await sizeOf(184))
    expect(await sizeOf(185)).toBe(await sizeOf(440))
    expect(await sizeOf(40_000)).toBe(await sizeOf(MAX_MESSAGE_BYTES))
    expect(await sizeOf(MAX_MESSAGE_BYTES)).toBeLessThanOrEqual(48 * 1024)
    expect(await refusal(sealMessage(conversation, new Uint8Array(MAX_MESSAGE_BYTES + 1)))).toBe('too_large')
  })

  test('two hundred devices are in at most', async () => {
    const room = await openRoom([a1, b1])
    const [seat] = seatsOf(stateOf(at(room, 'a1')).ratchetTree).values()
    if (seat === undefined) throw new RangeError()
    const seats = (count: number) => new Map(Array.from({ length: count }, (_, n) => [n, { ...seat, device: `d${n}` }]))
    expect(() => checkSeats(seats(MAX_DEVICES))).not.toThrow()
    expect(() => checkSeats(seats(MAX_DEVICES + 1))).toThrow(expect.objectContaining({ code: 'too_many_devices' }))
    const { keyPackage } = await makeKeyPackage(m1, { now: NOW, days: 1 })
    const many = Array.from({ length: MAX_DEVICES - 1 }, () => keyPackage)
    expect(await refusal(addDevices(at(room, 'a1'), many, OPTIONS))).toBe('too_many_devices')
  })

  test('a device is in once, and nobody is removed who is not in', async () => {
    const room = await openRoom([a1, b1])
    const { keyPackage } = await makeKeyPackage(b1, { now: NOW, days: 1 })
    expect(await refusal(addDevices(at(room, 'a1'), [keyPackage], OPTIONS))).toBe('already_member')
    const twice = await Promise.all(
      [0, 1].map(async () => (await makeKeyPackage(m1, { now: NOW, days: 1 })).keyPackage),
    )
    expect(await refusal(addDevices(at(room, 'a1'), twice, OPTIONS))).toBe('already_member')
    expect(await refusal(removeDevices(at(room, 'a1'), [m1]))).toBe('not_a_member')
    expect(await refusal(removeDevices(at(room, 'a1'), [a1]))).toBe('not_allowed')
  })
})

describe('saved', () => {
  test('and loaded, a conversation goes on with the same keys', async () => {
    let room = await openRoom([a1, b1])
    const late = await sealMessage(at(room, 'a1'), utf8('late'))
    room = await share({ ...room, a1: late.conversation }, 'a1', await updateKeys(late.conversation))
    room = (await say(room, 'a1', 'one')).room
    const id = at(room, 'b1').id
    const saved = await saveConversation(at(room, 'b1'), key)
    const loaded = await loadConversation(saved, key, id)
    expect(loaded).toEqual(at(room, 'b1'))
    const read = await receive(loaded, late.message, PINS)
    expect(read).toMatchObject({ kind: 'message', from: a1 })
    room = (await say({ ...room, b1: loaded }, 'a1', 'two')).room
    // With every message only the small piece changes.
    const moved = { steady: saved.steady, moving: await saveMoving(at(room, 'b1'), key) }
    room = { ...room, b1: await loadConversation(moved, key, id) }
    expect((await say(room, 'a1', 'three')).read).toEqual({ b1: 'a1: three' })
    expect(agreements(await share(room, 'b1', await updateKeys(at(room, 'b1'))))).toBe(1)
  })

  test('what is damaged, swapped or of another key or epoch is refused', async () => {
    const room = await openRoom([a1, b1])
    const { id } = at(room, 'b1')
    const saved = await saveConversation(at(room, 'b1'), key)
    const load = async (change: Partial<typeof saved>, wanted = id, box = key) =>
      refusal(loadConversation({ ...saved, ...change }, box, wanted))
    const flipped = (bytes: Uint8Array, index: number) => bytes.map((byte, at) => (at === index ? byte ^ 1 : byte))
    expect(await load({})).toBe('accepted')
    for (const index of [0, 5, 20, 200, saved.steady.length - 1]) {
      expect(await load({ steady: flipped(saved.steady, index) })).toBe('damaged')
    }
    expect(await load({ moving: flipped(saved.moving, 30) })).toBe('damaged')
    expect(await load({ moving: saved.steady })).toBe('damaged')
    expect(
      await load(
        {},
        id.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
      ),
    ).toBe('damaged')
    expect(await load({}, id, await makeKey())).toBe('damaged')
    const next = await share(room, 'a1', await updateKeys(at(room, 'a1')))
    expect(await load({ moving: await saveMoving(at(next, 'b1'), key) })).toBe('damaged')
    expect(await load({ moving: await saveMoving(at(room, 'a1'), key) })).toBe('damaged')
  })

  test('a device stays the same', async () => {
    const saved = await saveDevice(b1, key)
    const loaded = await loadDevice(saved, key)
    expect(loaded).toEqual(b1)
    const { keyPackage } = await makeKeyPackage(loaded, { now: NOW, days: 1 })
    expect(await readKeyPackage(keyPackage, PINS, NOW)).toMatchObject(b1)
    expect(await refusal(loadDevice(saved, await makeKey()))).toBe('damaged')
  })

  test('a copy that did not go through saving is refused', async () => {
    const room = await openRoom([a1, b1])
    await expect(updateKeys(structuredClone(at(room, 'a1')))).rejects.toThrow(TypeError)
  })
})
