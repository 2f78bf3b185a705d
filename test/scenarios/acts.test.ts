import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import type { Messenger, MessageView } from '@chatnip/sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nothingWaits, Seat, shows, talk, until } from './people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function sit(username: string): Promise<{ seat: Seat; messenger: Messenger }> {
  const seat = new Seat(server.address, username)
  await seat.signUp()
  return { seat, messenger: await seat.start() }
}

const messageOf = async (messenger: Messenger, conversation: string, id: string): Promise<MessageView | undefined> =>
  (await talk(messenger, conversation)).find((message) => message.id === id)

/** Waits until this device shows that message so. */
const showsIt = (
  messenger: Messenger,
  conversation: string,
  id: string,
  isIt: (message: MessageView) => boolean,
): Promise<void> =>
  until(messenger, `that message ${id} is as it should be`, async () => {
    const message = await messageOf(messenger, conversation, id)
    return message !== undefined && isIt(message)
  })

test('what is said is answered, reacted to, edited and deleted, and three devices of two people show the same', async () => {
  const [laptop, bob] = [await sit('ada'), await sit('ben')]
  const phoneSeat = new Seat(server.address, 'ada')
  await phoneSeat.logIn()
  const phone = await phoneSeat.start()
  const all = [
    [laptop.messenger, 'ben'],
    [phone, 'ben'],
    [bob.messenger, 'ada'],
  ] as const
  const everywhere = (id: string, isIt: (message: MessageView) => boolean) =>
    Promise.all(all.map(([messenger, conversation]) => showsIt(messenger, conversation, id, isIt)))

  const first = await laptop.messenger.send('ben', 'Dinner at seven?')
  await everywhere(first, ({ text }) => text === 'Dinner at seven?')
  const answer = await bob.messenger.send('ada', 'Gladly', { re: { sender: 'ada', id: first } })
  await bob.messenger.react('ada', { sender: 'ada', id: first }, '❤️')
  await everywhere(first, ({ reactions }) => reactions[0]?.emoji === '❤️' && reactions[0].by === 'ben')
  await everywhere(answer, ({ quote }) => quote?.text === 'Dinner at seven?' && quote.state === 'here')
  expect(laptop.messenger.conversations()[0]).toMatchObject({ unread: 1, reacted: { by: 'ben', emoji: '❤️' } })

  await nothingWaits(phone)
  await phone.edit('ben', first, 'Dinner at eight?')
  await everywhere(first, ({ text, edited }) => text === 'Dinner at eight?' && edited !== null)
  await everywhere(answer, ({ quote }) => quote?.text === 'Dinner at eight?')

  await laptop.messenger.remove('ben', { sender: 'ada', id: first }, 'everyone')
  await everywhere(first, ({ text, deleted, reactions }) => text === '' && deleted && reactions.length === 0)
  await everywhere(answer, ({ quote }) => quote?.text === '' && quote.state === 'deleted')
  for (const [messenger, conversation] of all) expect(await talk(messenger, conversation)).toHaveLength(2)
  await expect(bob.messenger.edit('ada', first, 'mine now')).rejects.toMatchObject({ code: 'not_found' })
  for (const seat of [laptop.seat, phoneSeat, bob.seat]) await seat.stop()
})

test('without a line it is shown at once, also after a restart, and goes when the line is back', async () => {
  const [cleo, dan] = [await sit('cleo'), await sit('dan')]
  const id = await cleo.messenger.send('dan', 'helo')
  await shows(dan.messenger, 'cleo', 'helo')
  await nothingWaits(cleo.messenger)
  const { transport } = cleo.seat
  const connect = transport.connect.bind(transport)
  transport.connect = (handlers) => {
    queueMicrotask(() => handlers.closed(null))
    return { send: () => undefined, close: () => undefined }
  }
  await cleo.seat.stop()
  const offline = await cleo.seat.start()
  await offline.edit('dan', id, 'hello')
  await offline.react('dan', { sender: 'cleo', id }, '😀')
  const shown = { text: 'hello', state: 'waiting', reactions: [{ by: 'cleo', emoji: '😀' }] }
  expect(await messageOf(offline, 'dan', id)).toMatchObject(shown)
  expect(offline.conversations()[0]?.last).toMatchObject({ text: 'hello' })
  await cleo.seat.stop()
  const again = await cleo.seat.start()
  expect(await messageOf(again, 'dan', id)).toMatchObject(shown)
  await cleo.seat.stop()
  transport.connect = connect
  const back = await cleo.seat.start()
  await showsIt(dan.messenger, 'cleo', id, ({ text, reactions }) => text === 'hello' && reactions[0]?.emoji === '😀')
  await nothingWaits(back)
  expect(await messageOf(back, 'dan', id)).toMatchObject({ text: 'hello', reactions: [{ by: 'cleo', emoji: '😀' }] })
  await cleo.seat.stop()
  await dan.seat.stop()
})

test('taken away here it stays elsewhere, and the list tells the one before it', async () => {
  const [eva, fred] = [await sit('eva'), await sit('fred')]
  await eva.messenger.send('fred', 'stays')
  const id = await eva.messenger.send('fred', 'goes')
  await shows(fred.messenger, 'eva', 'stays', 'goes')
  await fred.messenger.remove('eva', { sender: 'eva', id }, 'here')
  expect((await talk(fred.messenger, 'eva')).map(({ text }) => text)).toEqual(['stays'])
  expect(fred.messenger.conversations()[0]?.last?.text).toBe('stays')
  await nothingWaits(eva.messenger)
  expect((await talk(eva.messenger, 'fred')).map(({ text }) => text)).toEqual(['stays', 'goes'])
  await eva.seat.stop()
  await fred.seat.stop()
})
