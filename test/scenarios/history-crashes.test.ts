import type { HistoryView, Messenger, Row, BlobTransport } from '@chatnip/sdk'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Mortal } from './mortal.ts'
import type { Death } from './mortal.ts'
import { nothingWaits, online, Seat, texts, until } from './people.ts'

/** The history on its way to a new device, with either side dying at each of its steps, and with a server that lies about the parts. */

const NAME = 'dora'
/** Three parts. */
const NOTES = Array.from({ length: 11 }, (_, number) => `note ${number} ${'x'.repeat(30_000)}`)
/** All of them with CHATNIP_ALL=1 (a minute and a half); else each seventh one, so that before and after take turns. */
const STRIDE = process.env['CHATNIP_ALL'] === '1' ? 1 : 7

interface Profile {
  readonly seat: Seat
  readonly rows: readonly Row[]
}

let server: TestServer
let laptop: Profile
let phone: Profile
beforeAll(async () => {
  server = await startTestServer()
  const seat = new Seat(server.address, NAME)
  await seat.signUp()
  const messenger = await seat.start()
  await online(messenger)
  for (const note of NOTES) await messenger.send(NAME, note)
  await nothingWaits(messenger)
  await seat.stop()
  laptop = { seat, rows: seat.rows.durable() }
  const second = new Seat(server.address, NAME)
  await second.logIn()
  phone = { seat: second, rows: second.rows.durable() }
})
afterAll(() => server.stop())

const mortal = ({ seat, rows }: Profile, around?: (transport: BlobTransport) => BlobTransport): Mortal =>
  new Mortal({ server: server.address, rows, keys: seat.keys, ...(around === undefined ? {} : { around }) })

const isOver = (view: HistoryView | null): boolean => view?.stage === 'done' || view?.stage === 'failed'

async function ended(device: Mortal): Promise<HistoryView | null> {
  for (;;) {
    const { messenger } = device
    const view = await Promise.race([messenger?.history() ?? null, later(500).then(() => null)])
    if (isOver(view)) return view
    await later(20)
  }
}

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Course {
  readonly dies?: { readonly who: 'giver' | 'getter'; readonly death: Death }
  readonly around?: (transport: BlobTransport) => BlobTransport
}

/** Brings the history from the laptop to the phone once. */
async function bring({ dies, around }: Course = {}) {
  const giver = mortal(laptop)
  const getter = mortal(phone, around)
  const [old, fresh] = await Promise.all([giver.start(), getter.start()])
  await Promise.all([online(old), online(fresh)])
  const dying = dies?.who === 'giver' ? giver : getter
  let deaths = 0
  for (const one of [giver, getter]) {
    one.expect(dies !== undefined && one === dying ? dies.death : null)
    one.onDeath = () => {
      deaths += 1
      void one.start()
    }
  }
  void fresh.history({ since: null }).catch(() => undefined)
  if (dies?.who === 'getter') await startedAgain(getter, () => deaths)
  const view = await ended(getter)
  const shown = await texts(getter.messenger ?? fresh, NAME)
  const commits = { giver: giver.commits, getter: getter.commits }
  // What the giver has left to do, it does when it hears that all has come.
  await expect.poll(blobsLeft, { timeout: 20_000, interval: 20 }).toBe(0)
  for (const one of [giver, getter]) {
    one.onDeath = () => undefined
    one.die()
  }
  return { view, shown, deaths, commits }
}

/** When the wish itself was lost with the device, the person says it again. */
async function startedAgain(getter: Mortal, deaths: () => number): Promise<void> {
  while (deaths() === 0) await later(10)
  await until(getter.messenger as Messenger, 'being online again', () => getter.messenger?.connection() === 'online')
  if ((await getter.messenger?.history()) === null) await getter.messenger?.history({ since: null })
}

/** Blobs that are somebody's. */
async function blobsLeft(): Promise<number> {
  const { store } = server.services
  const account = await store.findAccount(NAME)
  const line = (await store.known(account?.account ?? 0)).find((one) => one.line === 'blobs')
  return line?.rows ?? 0
}

describe('the history on its way', () => {
  let commits: { giver: number; getter: number }

  test('comes whole when nothing happens', { timeout: 60_000 }, async () => {
    const { view, shown, commits: counted } = await bring()
    expect(view).toMatchObject({ stage: 'done', brought: NOTES.length })
    expect(shown).toEqual(NOTES)
    commits = counted
  })

  test.each(['giver', 'getter'] as const)(
    'comes whole, once, in order when the %s dies at any step',
    { timeout: 600_000 },
    async (who) => {
      for (let at = 1; at <= commits[who]; at += STRIDE) {
        const when = at % 2 === 0 ? 'before' : 'after'
        const { view, shown, deaths } = await bring({ dies: { who, death: { at, when } } })
        expect([who, at, when, view?.stage, shown]).toEqual([who, at, when, 'done', NOTES])
        expect(deaths).toBe(1)
      }
    },
  )
})

describe('a server that lies about the parts', () => {
  const seen = new Map<string, Uint8Array>()
  const lies: Readonly<Record<string, (bytes: Uint8Array, blob: string) => Uint8Array>> = {
    'cuts them off': (bytes) => bytes.subarray(0, bytes.length - 1),
    'turns a bit': (bytes) => bytes.map((byte, index) => (index === 100 ? byte ^ 1 : byte)),
    'gives the first one always': (bytes, blob) => {
      if (!seen.has(blob)) seen.set(blob, bytes)
      return [...seen.values()][0] ?? bytes
    },
  }

  test.each(Object.entries(lies))(
    'and %s: it is noticed and told, and nothing false is shown',
    { timeout: 60_000 },
    async (what, lie) => {
      seen.clear()
      const around = (transport: BlobTransport): BlobTransport => {
        const honest = transport.downloadBlob.bind(transport)
        transport.downloadBlob = async (id, offset) => lie(await honest(id, offset), id)
        return transport
      }
      const { view, shown } = await bring({ around })
      expect(view).toMatchObject({ stage: 'failed', reason: 'damaged' })
      // What was true was taken.
      expect(shown).toEqual(what === 'gives the first one always' ? NOTES.slice(-shown.length) : [])
      expect(shown.length).toBeLessThan(NOTES.length)
    },
  )
})
