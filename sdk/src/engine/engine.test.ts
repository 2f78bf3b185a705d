import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OutboxRow } from './rows.ts'
import { World } from './testing/world.ts'
import type { Mutant } from './testing/world.ts'

/** The engine against crashing devices and lying networks. SEED and RUNS in the environment repeat or lengthen a search. */
const RUNS = Number(process.env['RUNS'] ?? 300)
const SEED = Number(process.env['SEED'] ?? 42)

interface Fault {
  readonly at: number
  readonly device: number
  readonly kind: 'crash' | 'cut' | 'restore'
}

const MESSAGES = 4
const SPAN = 3_000

const wordsOf = (sender: string): readonly string[] =>
  Array.from({ length: MESSAGES }, (_, count) => `${sender}-${count}`)

/** Alice on two devices, Bob and Carol on one each; everybody writes, and faults strike where they will. */
function playChat(seed: number, faults: readonly Fault[], mutant: Mutant | null = null): World {
  const world = new World(seed, mutant)
  world.calmAt = world.start + SPAN
  const [laptop, phone] = [world.device('laptop', 'alice'), world.device('phone', 'alice')]
  const [bob, carol] = [world.device('desk', 'bob'), world.device('tablet', 'carol')]
  world.at(50, () => laptop.say('bob', wordsOf('laptop-bob')))
  world.at(60, () => laptop.say('carol', wordsOf('laptop-carol')))
  world.at(70, () => phone.say('bob', wordsOf('phone-bob')))
  world.at(80, () => bob.say('alice', wordsOf('desk-alice')))
  world.at(90, () => carol.say('alice', wordsOf('tablet-alice')))
  for (const { at, device, kind } of faults) {
    const victim = world.devices[device % world.devices.length]
    world.at(at, () => (kind === 'restore' ? restoreServer(world) : victim?.[kind]()))
  }
  world.play(120_000)
  return world
}

function restoreServer(world: World): void {
  for (const device of world.devices) device.cut()
  world.server.restore()
}

/** Everything that is wrong in the end, in words; nothing when all is well. */
function findWrongs(world: World): readonly string[] {
  const wrongs = [...world.server.complaints]
  for (const device of world.devices) {
    if (device.rows<OutboxRow>('outbox').length > 0) wrongs.push(`${device.name} still has an outbox`)
    if ((world.server.boxes.get(device.name)?.waiting.length ?? 0) > 0)
      wrongs.push(`${device.name} has not fetched all`)
  }
  const shows = (device: string, conversation: string, ...senders: readonly string[]): void => {
    const texts = world.devices.find(({ name }) => name === device)?.texts(conversation) ?? []
    for (const sender of senders) {
      const theirs = texts.filter((text) => text.startsWith(`${sender}-`)).join(' ')
      const wanted = wordsOf(sender).join(' ')
      if (theirs !== wanted) wrongs.push(`${device} shows "${theirs}" instead of "${wanted}"`)
    }
  }
  for (const device of ['laptop', 'phone']) {
    shows(device, 'bob', 'laptop-bob', 'phone-bob', 'desk-alice')
    shows(device, 'carol', 'laptop-carol', 'tablet-alice')
  }
  shows('desk', 'alice', 'laptop-bob', 'phone-bob', 'desk-alice')
  shows('tablet', 'alice', 'laptop-carol', 'tablet-alice')
  for (const conversation of ['bob', 'carol']) {
    const [laptop, phone] = world.devices.map((device) => device.texts(conversation).join(' '))
    if (laptop !== phone) wrongs.push(`laptop shows "${laptop}" instead of "${phone}"`)
  }
  return wrongs
}

const anyFaults = (...kinds: readonly Fault['kind'][]) =>
  fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: SPAN }),
      device: fc.nat({ max: 3 }),
      kind: fc.constantFrom(...kinds),
    }),
    { maxLength: 6 },
  )

const search = (mutant: Mutant | null, ...kinds: readonly Fault['kind'][]) =>
  fc.check(
    fc.property(
      fc.integer(),
      anyFaults(...kinds),
      (seed, faults) => findWrongs(playChat(seed, faults, mutant)).length === 0,
    ),
    { numRuns: RUNS, seed: SEED },
  )

describe('whatever crashes or breaks', () => {
  test('each message is shown once on every device, in the order of its sender, and nothing stays behind', () => {
    fc.assert(
      fc.property(fc.integer(), anyFaults('crash', 'cut'), (seed, faults) => {
        expect(findWrongs(playChat(seed, faults))).toEqual([])
      }),
      { numRuns: RUNS, seed: SEED },
    )
  })

  test('also when the server counts its mailboxes anew', () => {
    fc.assert(
      fc.property(fc.integer(), anyFaults('crash', 'cut', 'restore'), (seed, faults) => {
        const wrongs = findWrongs(playChat(seed, faults)).filter(
          (wrong) => !wrong.includes('instead of') || isLoss(wrong),
        )
        expect(wrongs).toEqual([])
      }),
      { numRuns: RUNS, seed: SEED },
    )
  })

  test.each(['act before commit', 'forget ids', 'no outbox on disk', 'seal anew on retry'] as const)(
    'a client that makes the mistake "%s" is caught',
    (mutant) => {
      expect(search(mutant, 'crash', 'cut', 'restore').failed).toBe(true)
    },
  )
})

/** Another order than the sender's can't be told from the right one once a server has lost count; loss and doubling can. */
function isLoss(wrong: string): boolean {
  const [shown = '', wanted = ''] = [...wrong.matchAll(/"([^"]*)"/g)].map(([, texts]) =>
    texts?.split(' ').toSorted().join(' '),
  )
  return shown !== wanted
}

describe('a crash at every moment', () => {
  test('of the sender, and of the recipient', () => {
    for (let at = 40; at < 700; at += 3) {
      for (const device of [0, 2]) {
        expect(findWrongs(playChat(7, [{ at, device, kind: 'crash' }])), `device ${device} at ${at}`).toEqual([])
      }
    }
  })
})
