import { randomBytes, randomUUID } from 'node:crypto'
import { CLOSE, LIMITS, RATES } from '@chatnip/protocol'
import { startTestServer } from '@chatnip/server/testing'
import type { TestDevice, TestServer } from '@chatnip/server/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startNats } from '../../server/src/bus/nats/testing.ts'
import type { TestNats } from '../../server/src/bus/nats/testing.ts'
import { openClient } from '../../server/src/store/postgres/database.ts'
import { settingsOf } from '../../server/src/store/postgres/options.ts'
import { startTestS3, TEST_KEYS } from '../../server/src/files/s3/testing.ts'
import { startPostgres } from '../../server/src/store/postgres/testing.ts'
import type { TestPostgres } from '../../server/src/store/postgres/testing.ts'
import { form, parsed } from '../api/kit/people.ts'
import { exchange } from '../api/kit/exchange.ts'
import { newBlobId } from '../api/kit/samples.ts'
import { openLine } from '../api/kit/line.ts'
import type { Line } from '../api/kit/line.ts'

/** Two nodes: what must hold whichever of them somebody is connected to, with NATS, without, and when it goes. */

const postgres = await startPostgres()
const nats = await startNats()
const bucket = await startTestS3()
afterAll(() => bucket.close())
const withKeys = `//${TEST_KEYS.keyId}:${encodeURIComponent(TEST_KEYS.secret)}@`
const CHATNIP_FILES = `${bucket.base.replace('//', withKeys)}?region=${TEST_KEYS.region}`

describe.skipIf(typeof postgres === 'string')(`two nodes${whyNot(postgres)}`, () => {
  if (typeof postgres === 'string') return
  afterAll(() => postgres.stop())
  describe('without NATS', () => {
    suite(postgres, null)
  })
  describe.skipIf(typeof nats === 'string')(`with NATS${whyNot(nats)}`, () => {
    if (typeof nats === 'string') return
    afterAll(() => nats.kill())
    suite(postgres, nats)
    away(postgres, nats)
  })
})

function whyNot(found: unknown): string {
  return typeof found === 'string' ? `: left out (${found})` : ''
}

const open: Line[] = []
const dial = async (device: TestDevice, at: TestServer): Promise<Line> => {
  const line = await openLine(at.address, device.session)
  open.push(line)
  // What was acknowledged on an older line may come once more.
  while ((await line.next())['type'] !== 'empty');
  return line
}
afterEach(() => {
  for (const { ws } of open.splice(0)) ws.terminate()
})

const sendFrame = (to: string, text: string) => ({
  type: 'send',
  id: randomUUID(),
  timestamp: 1,
  to: [{ username: to, message_text: text }],
})

/** Sends and says how long it took until the other one had it (ms). */
async function pass(from: Line, to: Line, name: string): Promise<number> {
  const frame = sendFrame(name, 'hello')
  const begun = performance.now()
  from.say(frame)
  let seq = 0
  for (;;) {
    const heard = await to.next()
    if (heard['type'] !== 'message') continue
    seq = Number(heard['seq'])
    expect(heard['id']).toBe(frame.id)
    break
  }
  const took = performance.now() - begun
  expect(await from.next()).toMatchObject({ type: 'sent', id: frame.id })
  to.say({ type: 'ack', upto: seq })
  return took
}

interface Two {
  readonly url: string
  readonly one: TestServer
  readonly two: TestServer
  stop(): Promise<void>
}

async function startTwo(on: TestPostgres, bus: TestNats | null, rateLimits = false): Promise<Two> {
  const url = await on.newDatabase()
  const env = { DATABASE_URL: url, CHATNIP_FILES, ...(bus === null ? {} : { NATS_URL: bus.url }) }
  const [one, two] = [await startTestServer({ env, rateLimits }), await startTestServer({ env, rateLimits })]
  return { url, one, two, stop: async () => void (await Promise.all([one.stop(), two.stop()])) }
}

let made = 0
const newName = (stem: string): string => `${stem}${(made += 1)}`

function suite(on: TestPostgres, bus: TestNats | null): void {
  let nodes: Two
  beforeAll(async () => {
    nodes = await startTwo(on, bus)
  })
  afterAll(() => nodes.stop())

  test('people on different nodes write to each other', async () => {
    const { one, two } = nodes
    const [alice, bob] = [await one.newDevice(newName('alice')), await two.newDevice(newName('bob'))]
    const [fromAlice, toBob] = [await dial(alice, one), await dial(bob, two)]
    // The first one finds NATS still being told who listens.
    const times: number[] = []
    for (let n = 0; n < 3; n += 1) times.push(await pass(fromAlice, toBob, bob.username))
    await pass(toBob, fromAlice, alice.username)
    expect(Math.min(...times)).toBeLessThan(bus === null ? 5_000 : 2_000)
  })

  test('a file that goes up by one node and then the other is whole on both', async () => {
    const { one, two } = nodes
    const { session } = await one.newDevice(newName('fay'))
    const [id, bytes] = [newBlobId(), randomBytes(LIMITS.blobPartBytes + 9)]
    const answers = [await (await two.post('begin_blob', { id, size: bytes.length }, session)).json()]
    for (const [at, offset] of [
      [one, 0],
      [two, LIMITS.blobPartBytes],
    ] as const) {
      const part = bytes.subarray(offset, offset + LIMITS.blobPartBytes)
      const sent = form(part, { field: 'part', fields: { id, offset: String(offset) } })
      const headers = { ...sent.headers, authorization: `Bearer ${session}` }
      answers.push(parsed(await exchange(at.address, { path: '/upload_blob_part', headers, body: sent.body })))
    }
    expect(answers).toEqual([{ uploaded: 0 }, { uploaded: LIMITS.blobPartBytes }, { uploaded: bytes.length }])
    for (const at of [one, two]) {
      const piece = await at.post('download_blob', { id, offset: LIMITS.blobPartBytes - 1 }, session)
      expect(Buffer.from(await piece.arrayBuffer()).equals(bytes.subarray(LIMITS.blobPartBytes - 1))).toBe(true)
    }
    expect([...bucket.objects.keys()].some((name) => name.includes(id))).toBe(false)
  })

  test('a session that is ended on one node loses its line on the other within a second', async () => {
    const { one, two } = nodes
    const name = newName('carol')
    const [phone, laptop] = [await one.newDevice(name), await one.newDevice(name, { existing: true })]
    const line = await dial(phone, two)
    const reply = await one.post('revoke_device', { device_id: phone.deviceId }, laptop.session)
    expect(await reply.text()).toBe('OK')
    const begun = performance.now()
    expect(await line.closed).toMatchObject({ code: CLOSE.session_over.code })
    expect(performance.now() - begun).toBeLessThan(1_000)
    expect((await two.post('list_devices', {}, phone.session)).status).toBe(401)
  })

  test('a device that connects to one node is disconnected from the other', async () => {
    const { one, two } = nodes
    const dan = await one.newDevice(newName('dan'))
    const first = await dial(dan, one)
    const second = await dial(dan, two)
    expect(await first.closed).toMatchObject({ code: CLOSE.replaced.code })
    second.say({ type: 'ping' })
    expect(await second.next()).toEqual({ type: 'pong' })
  })

  test('what is heard late of an older connection leaves the newer one alone', async () => {
    const { url, one, two } = nodes
    const [dan, eve] = [await one.newDevice(newName('dan')), await one.newDevice(newName('eve'))]
    const { sql } = openClient(settingsOf({ url }), { connections: 1, patience: null })
    const told: string[] = []
    await sql.listen('chatnip_nodes', (payload) => told.push(payload))
    const tell = (payload: string) => sql.unsafe('SELECT pg_notify($1, $2)', ['chatnip_nodes', payload])
    const first = await dial(dan, one)
    await expect.poll(() => told.length).toBe(1)
    const newer = await dial(dan, two)
    expect(await first.closed).toMatchObject({ code: CLOSE.replaced.code })
    const [older = ''] = told
    await tell(older)
    // Notices come in their order: when this one has been heard, so has that.
    const line = await dial(eve, two)
    await dial(eve, one)
    expect(await line.closed).toMatchObject({ code: CLOSE.replaced.code })
    newer.say({ type: 'ping' })
    expect(await newer.next()).toEqual({ type: 'pong' })
    // The same again, as if it had been the last to come.
    await tell(older.replace(/ \d+ /, ' 1000000 '))
    expect(await newer.closed).toMatchObject({ code: CLOSE.replaced.code })
    await sql.end()
  })

  test('an account that goes on one node is gone on the other, with its line', async () => {
    const { one, two } = nodes
    const eve = await one.newDevice(newName('eve'))
    const line = await dial(eve, two)
    const found = await one.services.store.findAccount(eve.username)
    await one.services.store.deleteAccount(found?.account ?? 0)
    expect(await line.closed).toMatchObject({ code: CLOSE.session_over.code })
  })
}

function away(on: TestPostgres, bus: TestNats): void {
  test('passwords that are guessed on different nodes count together', async () => {
    const limited = await startTwo(on, bus, true)
    const { one, two } = limited
    const fay = await one.newDevice(newName('fay'))
    const guess = (at: TestServer) =>
      at.post('reset_password', { old_password: 'wrong', new_password: 'x'.repeat(12) }, fay.session)
    const many = RATES.password.burst
    for (let n = 0; n < many; n += 1) expect((await guess(one)).status).not.toBe(429)
    // The other one alone would let as many through; it hears of these within a moment.
    let more = 0
    await expect.poll(async () => ((more += 1), (await guess(two)).status)).toBe(429)
    expect(more).toBeLessThan(many)
    await limited.stop()
  })

  test('while NATS is away messages take a little longer, and nothing else changes', async () => {
    const nodes = await startTwo(on, bus)
    const { one, two } = nodes
    const [alice, bob] = [await one.newDevice(newName('alice')), await two.newDevice(newName('bob'))]
    const [fromAlice, toBob] = [await dial(alice, one), await dial(bob, two)]
    await bus.kill()
    expect(await pass(fromAlice, toBob, bob.username)).toBeLessThan(5_000)
    const again = await dial(bob, one)
    expect(await toBob.closed).toMatchObject({ code: CLOSE.replaced.code })
    await bus.start()
    await pass(fromAlice, again, bob.username)
    await nodes.stop()
  })
}
