import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import type { Messenger } from '@chatnip/sdk'
import { systemClock } from '@chatnip/sdk/node'
import { newKeys } from '@chatnip/sdk/accounts'
import { ChatnipError } from '@chatnip/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nothingWaits, online, PASSWORD, Seat, shows, talk, texts, until } from './people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function newcomer(username: string): Promise<{ seat: Seat; messenger: Messenger }> {
  const seat = new Seat(server.address, username)
  await seat.signUp()
  return { seat, messenger: await seat.start() }
}

describe('Alice and Bob', () => {
  test('write to each other; each message is verified and shown once', async () => {
    const { seat: aliceSeat, messenger: alice } = await newcomer('alice')
    const { seat: bobSeat, messenger: bob } = await newcomer('Bob')
    await online(alice)
    expect(await alice.open('BOB')).toBe('Bob')
    await alice.send('Bob', 'Hello, Bob. \u{1f408}')
    await shows(bob, 'alice', 'Hello, Bob. \u{1f408}')
    expect((await talk(bob, 'alice'))[0]).toMatchObject({ own: false, mark: 'verified', state: null })
    expect(bob.conversations()[0]).toMatchObject({ name: 'alice', unread: 1 })
    await bob.markRead('alice')
    expect(bob.conversations()[0]?.unread).toBe(0)
    await bob.send('alice', 'Hello, Alice.')
    await shows(alice, 'Bob', 'Hello, Alice.')
    expect(await texts(alice, 'bob')).toEqual(['Hello, Bob. \u{1f408}', 'Hello, Alice.'])
    expect((await alice.safetyNumber('Bob')).digits).toBe((await bob.safetyNumber('alice')).digits)
    await expect(alice.open('nobody')).rejects.toThrow(ChatnipError)
    await aliceSeat.stop()
    await bobSeat.stop()
  })

  test('a message under the same id is one message', async () => {
    const { seat: carolSeat, messenger: carol } = await newcomer('carol')
    const { seat: daveSeat, messenger: dave } = await newcomer('dave')
    const id = crypto.randomUUID()
    expect(await Promise.all([carol.send('dave', 'once', { id }), carol.send('dave', 'once', { id })])).toEqual([
      id,
      id,
    ])
    await nothingWaits(carol)
    expect(await carol.send('dave', 'once', { id })).toBe(id)
    await carol.send('dave', 'then')
    await shows(dave, 'carol', 'then')
    expect(await texts(dave, 'carol')).toEqual(['once', 'then'])
    expect(await texts(carol, 'dave')).toEqual(['once', 'then'])
    await carolSeat.stop()
    await daveSeat.stop()
  })

  test('a second device shows the same in the same order, and a note to self arrives on it', async () => {
    const { seat: laptopSeat, messenger: laptop } = await newcomer('erin')
    const { seat: frankSeat, messenger: frank } = await newcomer('frank')
    const phoneSeat = new Seat(server.address, 'ERIN')
    expect((await phoneSeat.logIn()).outcome).toBe('signed in')
    const phone = await phoneSeat.start()
    expect(phone.profile.fingerprint).toBe(laptop.profile.fingerprint)
    await laptop.send('frank', 'from the laptop')
    await shows(phone, 'frank', 'from the laptop')
    await phone.send('frank', 'from the phone')
    await shows(frank, 'erin', 'from the laptop', 'from the phone')
    await frank.send('erin', 'to both')
    await laptop.send('erin', 'a note')
    await shows(phone, 'erin', 'a note')
    await shows(phone, 'frank', 'to both')
    await shows(laptop, 'frank', 'from the phone', 'to both')
    expect(await texts(phone, 'frank')).toEqual(await texts(laptop, 'frank'))
    const [copy] = await talk(phone, 'frank')
    expect(copy).toMatchObject({ own: true, state: expect.stringMatching(/accepted|stored/), mark: null })
    for (const seat of [laptopSeat, frankSeat, phoneSeat]) await seat.stop()
  })

  test('what is written offline goes out later, and what came meanwhile arrives', async () => {
    const { seat: gretaSeat, messenger: greta } = await newcomer('greta')
    const { seat: hugoSeat, messenger: hugo } = await newcomer('hugo')
    await greta.send('hugo', 'first')
    await shows(hugo, 'greta', 'first')
    await hugoSeat.stop()
    for (const text of ['one', 'two', 'three']) await greta.send('hugo', text)
    await nothingWaits(greta)
    await gretaSeat.stop()
    const hugoAgain = await hugoSeat.start()
    await shows(hugoAgain, 'greta', 'three')
    expect(await texts(hugoAgain, 'greta')).toEqual(['first', 'one', 'two', 'three'])
    await hugoAgain.send('greta', 'answer')
    const gretaAgain = await gretaSeat.start()
    await shows(gretaAgain, 'hugo', 'answer')
    expect(await texts(gretaAgain, 'hugo')).toEqual(['first', 'one', 'two', 'three', 'answer'])
    await gretaSeat.stop()
    await hugoSeat.stop()
  })

  test('nothing of it can be read on the disk', async () => {
    const { seat, messenger } = await newcomer('ines')
    await messenger.send('ines', 'a secret marker')
    await messenger.saveDraft('ines', 'a secret marker')
    await nothingWaits(messenger)
    await seat.stop()
    const disk = JSON.stringify(
      seat.rows.durable().map(({ table, key, blob }) => [table, key, new TextDecoder().decode(blob)]),
    )
    expect(seat.rows.durable().length).toBeGreaterThan(3)
    expect(disk).not.toContain('secret')
    expect(disk.toLowerCase()).not.toContain('ines"')
  })
})

describe('a changed key', () => {
  test('is told in the conversation; who compared it in person confirms before sending', async () => {
    const { seat: jonasSeat, messenger: jonas } = await newcomer('jonas')
    const { seat: kiraSeat, messenger: kira } = await newcomer('kira')
    await jonas.send('kira', 'with the old key')
    await shows(kira, 'jonas', 'with the old key')
    await kira.setCompared('jonas', true)
    expect(kira.contact('jonas')).toMatchObject({ compared: true, keyChanged: false })
    await nothingWaits(jonas)
    await jonasSeat.stop()
    await newKeys(jonasSeat.ports, { username: 'jonas', password: PASSWORD })
    const jonasAgain = await jonasSeat.start()
    await jonasAgain.send('kira', 'with the new key')
    await shows(kira, 'jonas', 'with the new key')
    expect((await talk(kira, 'jonas')).map(({ mark }) => mark)).toEqual(['verified', 'new key'])
    const lines = await kira.messages('jonas')
    expect(lines.map((line) => ('id' in line ? 'message' : line.kind))).toEqual(['message', 'key changed', 'message'])
    expect(kira.contact('jonas')).toMatchObject({ keyChanged: true, mustConfirm: true, compared: true })
    await kira.send('jonas', 'held back')
    await kira.confirmKey('jonas')
    await shows(jonasAgain, 'kira', 'held back')
    expect(kira.contact('jonas')).toMatchObject({ keyChanged: false, mustConfirm: false, compared: false })
    await jonasSeat.stop()
    await kiraSeat.stop()
  })

  test('signs the other devices out until they have the new keys', async () => {
    const { seat: laptopSeat, messenger: laptop } = await newcomer('lena')
    const phoneSeat = new Seat(server.address, 'lena')
    await phoneSeat.logIn()
    await (await phoneSeat.start()).stop()
    await laptopSeat.stop()
    await newKeys(laptopSeat.ports, { username: 'lena', password: PASSWORD })
    const phone = await phoneSeat.start()
    await until(phone, 'being signed out', () => phone.connection() === 'signed out')
    await phoneSeat.stop()
    await phoneSeat.logIn()
    const phoneAgain = await phoneSeat.start()
    await online(phoneAgain)
    expect(phoneAgain.profile.fingerprint).not.toBe(laptop.profile.fingerprint)
    await phoneSeat.stop()
  })
})

describe('a server that goes away', () => {
  test('loses nothing and doubles nothing', async () => {
    const data = await mkdtemp(join(tmpdir(), 'chatnip-restart-'))
    let mortal = await startTestServer({ data })
    const { port } = new URL(mortal.address)
    const [miraSeat, nilsSeat] = [new Seat(mortal.address, 'mira'), new Seat(mortal.address, 'nils')]
    await miraSeat.signUp()
    await nilsSeat.signUp()
    const [mira, nils] = [await miraSeat.start(), await nilsSeat.start()]
    await mira.send('nils', 'before')
    await shows(nils, 'mira', 'before')
    await mortal.stop()
    await until(mira, 'noticing', () => mira.connection() !== 'online')
    for (const text of ['while', 'it', 'was', 'away']) await mira.send('nils', text)
    expect(mira.waiting()).toBe(4)
    mortal = await startTestServer({ data, env: { PORT: port } })
    mira.nudge()
    nils.nudge()
    await shows(nils, 'mira', 'away')
    expect(await texts(nils, 'mira')).toEqual(['before', 'while', 'it', 'was', 'away'])
    await nothingWaits(mira)
    await miraSeat.stop()
    await nilsSeat.stop()
    await mortal.stop()
    await rm(data, { recursive: true })
  })
})

test('a clock that stands before 1970 makes no message unreadable', async () => {
  const [ann, ben] = [new Seat(server.address, 'ann'), new Seat(server.address, 'ben')]
  await Promise.all([ann.signUp(), ben.signUp()])
  const early = { ...systemClock, now: () => -1_000 }
  const [a, b] = [await ann.start(early), await ben.start()]
  await a.send('ben', 'out of time')
  await shows(b, 'ann', 'out of time')
  expect(await talk(b, 'ann')).toMatchObject([{ text: 'out of time', mark: 'verified', at: 0 }])
  await Promise.all([ann.stop(), ben.stop()])
})
