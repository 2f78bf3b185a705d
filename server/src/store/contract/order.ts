import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, Device, Store } from '../store.ts'
import { addDevice, EVERYTHING, message, signUp } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const NAMES = ['a', 'b', 'c', 'd'] as const
const DEVICES = 2

interface Person {
  readonly account: Account
  readonly devices: readonly Device[]
}

/** What one random run does: sends that overlap as they like, with acknowledgements in between. */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      from: fc.nat(NAMES.length - 1),
      device: fc.nat(DEVICES - 1),
      to: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: NAMES.length }),
      repeat: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('acknowledge' as const),
      person: fc.nat(NAMES.length - 1),
      device: fc.nat(DEVICES - 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
)

export function orderContract(open: OpenStore): void {
  describe('order', () => {
    let opened: OpenedStore
    let store: Store
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    test('places have no gaps, nothing is lost or doubled, and all mailboxes agree on the order', async () => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          run += 1
          const people = await Promise.all(NAMES.map((name) => settle(store, `${name}${run}`)))
          const seen = await play(store, { people, steps, run })
          check(people, seen)
        }),
        { numRuns: 25 },
      )
      expect(run).toBeGreaterThanOrEqual(25)
    })
  })
}

async function settle(store: Store, name: string): Promise<Person> {
  const account = await signUp(store, name)
  const devices: Device[] = []
  for (let index = 0; index < DEVICES; index += 1) devices.push(await addDevice(store, account, `${name}-${index}`))
  return { account, devices }
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Seen = Map<number, { readonly seq: number; readonly id: string }[]>

interface Play {
  readonly people: readonly Person[]
  readonly steps: readonly Step[]
  readonly run: number
}

/** Runs the steps without waiting for each, and returns what each mailbox held, in the order of its reading. */
async function play(store: Store, { people, steps, run }: Play): Promise<Seen> {
  const seen: Seen = new Map(people.flatMap(({ devices }) => devices.map(({ mailbox }) => [mailbox, []])))
  const running: Promise<unknown>[] = []
  let expected = 0
  for (const [number, current] of steps.entries()) {
    if (current.kind === 'wait') await Promise.all(running.splice(0))
    else if (current.kind === 'acknowledge') {
      const mailbox = people[current.person]?.devices[current.device]?.mailbox ?? 0
      running.push(drain(store, mailbox, seen))
    } else {
      const sender = people[current.from]
      const fromMailbox = sender?.devices[current.device]?.mailbox ?? null
      if (sender === undefined || fromMailbox === null) continue
      const to = current.to.map((name) => `${name}${run}`)
      const sent = message(sender.account, to, { number: run * 1_000 + number, fromMailbox })
      expected += to.length * DEVICES - (to.includes(sender.account.username) ? 1 : 0)
      running.push(store.append(sent))
      if (current.repeat) running.push(store.append(sent))
    }
  }
  await Promise.all(running)
  for (const mailbox of seen.keys()) await drain(store, mailbox, seen)
  expect([...seen.values()].reduce((sum, list) => sum + list.length, 0)).toBe(expected)
  return seen
}

/** Takes, which is atomic: two of them that overlap never give the same entry. */
async function drain(store: Store, mailbox: number, seen: Seen): Promise<void> {
  const entries = await store.take(mailbox, EVERYTHING)
  seen.get(mailbox)?.push(...entries.map(({ seq, id }) => ({ seq, id })))
}

function check(people: readonly Person[], seen: Seen): void {
  const mailboxes = people.flatMap(({ devices }) => devices.map(({ mailbox }) => mailbox))
  for (const mailbox of mailboxes) {
    const list = seen.get(mailbox) ?? []
    expect(list.map(({ seq }) => seq)).toEqual(list.map((_, index) => index + 1))
    expect(new Set(list.map(({ id }) => id)).size).toBe(list.length)
    for (const other of mailboxes) {
      const others = (seen.get(other) ?? []).map(({ id }) => id)
      const both = list.map(({ id }) => id).filter((id) => others.includes(id))
      expect(both).toEqual(others.filter((id) => both.includes(id)))
    }
  }
}
