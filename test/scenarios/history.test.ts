import type { Historian, HistoryView, Messenger } from '@chatnip/sdk'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nothingWaits, online, Seat, shows, talk, texts, until } from './people.ts'

/** A new device gets the history from another one of the account: real server, real envelopes and blobs. */

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

let made = 0
const newName = (stem: string): string => `${stem}${(made += 1)}`

async function begun(
  username: string,
  how: 'signs up' | 'logs in' = 'signs up',
): Promise<[Messenger & Historian, Seat]> {
  const seat = new Seat(server.address, username)
  await (how === 'signs up' ? seat.signUp() : seat.logIn())
  const messenger = await seat.start()
  await online(messenger)
  return [messenger, seat]
}

/** Until the history has come as far as that. */
async function historyIs(messenger: Messenger & Historian, stage: HistoryView['stage']): Promise<HistoryView> {
  let seen: HistoryView | null = null
  await until(messenger, `a history that is ${stage}`, async () => {
    seen = await messenger.history()
    return seen?.stage === stage
  })
  if (seen === null) throw new Error('There is none.')
  return seen
}

test(
  'a new device gets what was said, in its order, once, with edits, reactions and keys',
  { timeout: 90_000 },
  async () => {
    const [anna, bert] = [newName('anna'), newName('bert')]
    const [laptop, annasLaptop] = await begun(anna)
    const [other, bertsSeat] = await begun(bert)
    await laptop.open(bert)
    await other.open(anna)
    const [first] = [await laptop.send(bert, 'one')]
    await laptop.send(bert, 'two')
    await shows(other, anna, 'one', 'two')
    await other.send(anna, 'three')
    await shows(laptop, bert, 'three')
    await laptop.edit(bert, first, 'one, edited')
    await other.react(anna, { sender: anna, id: first }, '👍')
    await until(laptop, 'the reaction', async () => (await talk(laptop, bert))[0]?.reactions.length === 1)
    await laptop.send(anna, 'a note to myself')
    await nothingWaits(laptop)
    await laptop.setCompared(bert, true)

    const [phone, annasPhone] = await begun(anna, 'logs in')
    expect([phone.conversations(), await phone.history()]).toEqual([[], null])
    await other.send(anna, 'four')
    await shows(phone, bert, 'four')
    await shows(laptop, bert, 'four')
    await phone.history({ since: null })
    expect(await historyIs(phone, 'done')).toMatchObject({ brought: 5, of: 5, reason: null })
    expect(await texts(phone, bert)).toEqual(['one, edited', 'two', 'three', 'four'])
    expect(await texts(phone, anna)).toEqual(['a note to myself'])
    const [there, here] = [await talk(laptop, bert), await talk(phone, bert)]
    expect(here[0]).toMatchObject({ edited: there[0]?.edited, reactions: [{ by: bert, emoji: '👍' }], own: true })
    expect(here[2]).toMatchObject({ mark: 'verified', own: false, at: there[2]?.at })
    expect(phone.contact(bert)).toMatchObject({ compared: true })
    expect(phone.conversations().find(({ name }) => name === bert)).toMatchObject({ unread: 1 })
    // It goes on as if it had been there all the time.
    await phone.react(bert, { sender: bert, id: here[2]?.id ?? '' }, '❤️')
    await until(other, 'the heart', async () => (await talk(other, anna))[2]?.reactions.length === 1)
    await phone.edit(bert, here[1]?.id ?? '', 'two, from the phone')
    await until(other, 'the edit', async () => (await texts(other, anna)).includes('two, from the phone'))
    // No part stays on the server, and a second time brings nothing twice.
    await phone.history({ since: null })
    expect(await historyIs(phone, 'done')).toMatchObject({ of: expect.any(Number) })
    expect((await texts(phone, bert)).slice(0, 4)).toEqual(['one, edited', 'two, from the phone', 'three', 'four'])
    await annasPhone.stop()
    const again = await annasPhone.start()
    expect(await texts(again, bert)).toEqual(['one, edited', 'two, from the phone', 'three', 'four'])
    const { store } = server.services
    const account = (await store.findAccount(anna))?.account ?? 0
    const left = async () => (await store.known(account)).find(({ line }) => line === 'blobs')?.rows
    await expect.poll(left, { timeout: 10_000 }).toBe(0)
    await Promise.all([annasLaptop.stop(), bertsSeat.stop(), annasPhone.stop()])
  },
)

test(
  'only what is younger than asked for comes; alone on the account nobody can be asked',
  { timeout: 60_000 },
  async () => {
    const name = newName('clara')
    const [laptop, seat] = await begun(name)
    expect(await laptop.history({ since: null })).toMatchObject({ stage: 'failed', reason: 'no other device' })
    await laptop.send(name, 'old')
    await nothingWaits(laptop)
    const written = Date.now()
    while (Date.now() <= written + 1) await new Promise(setImmediate)
    const since = Date.now()
    await laptop.send(name, 'new')
    await nothingWaits(laptop)
    const [phone, second] = await begun(name, 'logs in')
    await phone.history({ since })
    expect(await historyIs(phone, 'done')).toMatchObject({ brought: 1 })
    expect(await texts(phone, name)).toEqual(['new'])
    await phone.history('none')
    expect(await phone.history()).toMatchObject({ stage: 'stopped' })
    await Promise.all([seat.stop(), second.stop()])
  },
)
