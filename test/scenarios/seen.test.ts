import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Seat, shows, until } from './people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test('what ben reads on one device is not new on his other one, also when that was off meanwhile', async () => {
  const [ada, laptop, phone] = ['ada', 'ben', 'ben'].map((name) => new Seat(server.address, name)) as [Seat, Seat, Seat]
  await Promise.all([ada.signUp(), laptop.signUp()])
  await phone.logIn()
  const [writer, reader, other] = [await ada.start(), await laptop.start(), await phone.start()]
  const unread = (messenger: typeof reader) => messenger.conversations().find(({ name }) => name === 'ada')?.unread
  await until(writer, 'ada is online', () => writer.connection() === 'online')
  await writer.open('ben')
  await writer.send('ben', 'One.')
  await Promise.all([shows(reader, 'ada', 'One.'), shows(other, 'ada', 'One.')])
  expect([unread(reader), unread(other)]).toEqual([1, 1])
  await reader.setReadReceipts(false)
  await reader.markRead('ada')
  await until(other, 'the phone hears of it', () => unread(other) === 0)

  await phone.stop()
  await writer.send('ben', 'Two.')
  await shows(reader, 'ada', 'One.', 'Two.')
  await reader.markRead('ada')
  // It lies with the server, behind the message.
  await expect
    .poll(
      async () => {
        const devices = await server.services.store.listDevices(
          (await server.services.store.findAccount('ben'))?.account ?? 0,
        )
        return Math.max(...devices.map(({ waiting }) => waiting))
      },
      { timeout: 30_000 },
    )
    .toBe(2)
  const again = await phone.start()
  await shows(again, 'ada', 'One.', 'Two.')
  await until(again, 'the phone has caught up', () => unread(again) === 0)
  for (const seat of [ada, laptop, phone]) await seat.stop()
})
