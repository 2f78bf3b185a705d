import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import type { Change, ConversationView, Messenger } from '@chatnip/sdk'
import { systemClock } from '@chatnip/sdk/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { online, Seat, shows, texts, until } from './people.ts'

let server: TestServer
const seats: Seat[] = []
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  for (const seat of seats) await seat.stop()
  await server.stop()
})

interface Device {
  readonly seat: Seat
  readonly messenger: Messenger
  /** Everything that was announced. */
  readonly arrived: string[]
}

async function device(name: string, isNew: boolean): Promise<Device> {
  const seat = new Seat(server.address, name)
  seats.push(seat)
  if (isNew) await seat.signUp()
  else await seat.logIn()
  const messenger = await seat.start(systemClock, false, true)
  const arrived: string[] = []
  messenger.onChange((change: Change) => {
    if (change.kind === 'arrived') arrived.push(change.message.text)
  })
  await online(messenger)
  return { seat, messenger, arrived }
}

const viewOf = ({ messenger }: Device, name: string): ConversationView | undefined =>
  messenger.conversations().find((one) => one.name === name)

const stands = (one: Device, name: string, standing: ConversationView['standing'] | undefined): Promise<void> =>
  until(one.messenger, `${name} ${standing ?? 'is gone'}`, () => viewOf(one, name)?.standing === standing)

const stateAt = async ({ messenger }: Device, name: string, text: string): Promise<string | null | undefined> => {
  const all = await messenger.messages(name)
  return all.flatMap((one) => ('id' in one && one.text === text ? [one.state] : []))[0]
}

const reaches = (one: Device, name: string, [text, state]: readonly [string, string]): Promise<void> =>
  until(one.messenger, `${text}: ${state}`, async () => (await stateAt(one, name, text)) === state)

let [laptop, phone, mallory, bob]: Device[] = []

const there = (one: Device | undefined): Device => {
  if (one === undefined) throw new Error('Somebody is missing.')
  return one
}

beforeAll(async () => {
  ;[laptop, mallory, bob] = await Promise.all([device('alice', true), device('mallory', true), device('bob', true)])
  phone = await device('alice', false)
}, 60_000)

test('a stranger waits on all devices until one of them accepts, and hears nothing before', async () => {
  const [a, b, m, other] = [there(laptop), there(phone), there(mallory), there(bob)]
  await m.messenger.send('alice', 'who are you')
  await Promise.all([stands(a, 'mallory', 'asks'), stands(b, 'mallory', 'asks')])
  await a.messenger.markRead('mallory')
  // Whatever would go to mallory goes before what alice tells somebody else.
  await a.messenger.send('bob', 'hello')
  await stands(other, 'alice', 'asks')
  await other.messenger.send('alice', 'hello yourself')
  await shows(a.messenger, 'bob', 'hello yourself')
  await reaches(other, 'alice', ['hello yourself', 'stored'])
  expect(await stateAt(m, 'alice', 'who are you')).toBe('accepted')
  expect([a.arrived, b.arrived]).toEqual([['hello yourself'], ['hello yourself']])

  await b.messenger.decide('mallory', 'accepted')
  await Promise.all([stands(a, 'mallory', 'accepted'), stands(b, 'mallory', 'accepted')])
  // The control: from now on mallory hears what was kept from them.
  await reaches(m, 'alice', ['who are you', 'read'])
  await m.messenger.send('alice', 'thank you')
  await shows(a.messenger, 'mallory', 'thank you')
  expect(a.arrived).toContain('thank you')
}, 60_000)

test('a request that is thrown away is gone everywhere, and may come again; an answer accepts', async () => {
  const [a, b, nick] = [there(laptop), there(phone), await device('nick', true)]
  await nick.messenger.send('alice', 'one')
  await nick.messenger.send('alice', 'two')
  await Promise.all([shows(a.messenger, 'nick', 'two'), shows(b.messenger, 'nick', 'two')])
  await a.messenger.decide('nick', 'deleted')
  await Promise.all([stands(a, 'nick', undefined), stands(b, 'nick', undefined)])
  await until(b.messenger, 'nothing is left', async () => (await texts(b.messenger, 'nick')).length === 0)
  await nick.messenger.send('alice', 'three')
  await Promise.all([stands(a, 'nick', 'asks'), stands(b, 'nick', 'asks')])
  expect(await texts(a.messenger, 'nick')).toEqual(['three'])
  await b.messenger.send('nick', 'what is it')
  await Promise.all([stands(a, 'nick', 'accepted'), stands(b, 'nick', 'accepted')])
  await shows(nick.messenger, 'alice', 'what is it')
}, 60_000)

test('of whom was blocked nothing is taken on any device, also on one that comes later; nor told when it is taken back', async () => {
  const [a, m, other] = [there(laptop), there(mallory), there(bob)]
  const before = await texts(a.messenger, 'mallory')
  await a.messenger.decide('mallory', 'blocked')
  await a.messenger.mute('mallory', 'always')
  await expect(a.messenger.send('mallory', 'still there')).rejects.toMatchObject({ code: 'not_allowed' })
  await expect(a.messenger.decide('Alice', 'blocked')).rejects.toMatchObject({ code: 'not_allowed' })

  const late = await device('alice', false)
  await until(late.messenger, 'it knows', () => late.messenger.blocked().includes('mallory'))
  await m.messenger.send('alice', 'while blocked')
  await reaches(m, 'alice', ['while blocked', 'accepted'])
  // What stands behind it in the mailbox has come: so has this.
  await other.messenger.send('alice', 'a witness')
  await shows(late.messenger, 'bob', 'a witness')
  // Whom this account knows is no stranger to its new device.
  expect(viewOf(late, 'bob')?.standing).toBe('accepted')
  await late.messenger.decide('mallory', 'accepted')
  await until(a.messenger, 'it knows', () => a.messenger.blocked().length === 0)
  await m.messenger.send('alice', 'after')
  await Promise.all([shows(a.messenger, 'mallory', 'after'), shows(late.messenger, 'mallory', 'after')])
  await reaches(m, 'alice', ['after', 'stored'])
  expect(await texts(a.messenger, 'mallory')).toEqual([...before, 'after'])
  expect(await texts(late.messenger, 'mallory')).toEqual(['after'])
  expect(await stateAt(m, 'alice', 'while blocked')).toBe('accepted')
  expect([a, late].map((one) => viewOf(one, 'mallory')?.mutedUntil)).toEqual(['always', 'always'])
  const all = await a.messenger.messages('mallory')
  expect(all.filter((one) => !('id' in one))).toEqual([])
}, 60_000)
