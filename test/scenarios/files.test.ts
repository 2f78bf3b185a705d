import { NetworkError } from '@chatnip/sdk'
import type { FileToSend, FileView, Messenger, MessageView } from '@chatnip/sdk'
import { NodeTransport } from '@chatnip/sdk/node'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nothingWaits, online, Seat, shows, talk, until } from './people.ts'

/** Messages that carry files: real server, real blobs, real crypto. */

const PART = 524_288

let server: TestServer
/** They write to each other through all of the tests. */
let anna: Somebody
let bert: Somebody
beforeAll(async () => {
  server = await startTestServer({ env: { CHATNIP_QUOTA_MB: '8' } })
  const [one, other] = await Promise.all([somebody('anna'), somebody('bert')])
  await Promise.all([one.messenger.open('bert'), other.messenger.open('anna')])
  anna = one
  bert = other
}, 60_000)
afterAll(async () => {
  await Promise.all([anna.seat.stop(), bert.seat.stop()])
  await server.stop()
})

/** A line to the server on which things can go wrong. */
class Line extends NodeTransport {
  /** So many parts go up before the line is cut; then none. */
  partsLeft = Infinity
  /** How often it was cut. */
  cuts = 0
  /** Of every piece that is fetched one bit is turned. */
  isTampering = false
  readonly offsets: number[] = []

  override async uploadBlobPart(id: string, offset: number, part: Uint8Array) {
    if (this.partsLeft === 0) {
      this.cuts += 1
      throw new NetworkError()
    }
    this.partsLeft -= 1
    this.offsets.push(offset)
    return super.uploadBlobPart(id, offset, part)
  }

  override async downloadBlob(id: string, offset: number): Promise<Uint8Array> {
    const piece = await super.downloadBlob(id, offset)
    if (this.isTampering && piece.length > 0) piece[20] = (piece[20] ?? 0) ^ 1
    return piece
  }
}

interface Somebody {
  readonly name: string
  readonly seat: Seat
  readonly line: Line
  messenger: Messenger
}

async function somebody(name: string, how: 'signs up' | 'logs in' = 'signs up'): Promise<Somebody> {
  const line = new Line(server.address)
  const seat = new Seat(server.address, name, line)
  await (how === 'signs up' ? seat.signUp() : seat.logIn())
  const messenger = await seat.start()
  await online(messenger)
  return { name, seat, line, messenger }
}

const read = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** Bytes that no two parts have alike. */
const bytesOf = (length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 9)) & 255)

const file = (bytes: Uint8Array<ArrayBuffer>, more: Partial<FileToSend> = {}): FileToSend => ({
  data: new Blob([bytes]),
  name: 'plan.bin',
  type: 'application/x-plan',
  ...more,
})

async function carried(messenger: Messenger, from: string, id: string): Promise<readonly [MessageView, FileView]> {
  let found: readonly [MessageView, FileView] | null = null
  await until(messenger, 'a file', async () => {
    const message = (await talk(messenger, from)).find((one) => one.id === id)
    const one = message?.files[0]
    found = message === undefined || one === undefined ? null : [message, one]
    return found !== null
  })
  if (found === null) throw new Error('There is none.')
  return found
}

async function opened({ messenger }: Somebody, [message, { id }]: readonly [MessageView, FileView]) {
  const answer = await messenger.openFile(message, id)
  return answer.outcome === 'here' ? Buffer.from(await answer.data.arrayBuffer()).toString('base64') : answer.outcome
}

const partsKept = async ({ seat }: Somebody): Promise<number> => (await seat.rows.scan('parts', {})).length

test(
  'an upload that is cut in the middle goes on after a restart, and what came is what was sent',
  { timeout: 60_000 },
  async () => {
    const bytes = bytesOf(3 * PART + 1_000)
    anna.line.partsLeft = 2
    const id = await anna.messenger.sendFiles(bert.name, [file(bytes, { name: '../../tmp/plan.bin' })], {
      text: 'the plan',
    })
    await anna.messenger.send(bert.name, 'this is quicker')
    await shows(bert.messenger, anna.name, 'this is quicker')
    // By then the server has the parts before.
    await expect.poll(() => anna.line.cuts, { timeout: 20_000 }).toBeGreaterThan(0)
    expect((await talk(anna.messenger, bert.name)).map(({ text, state }) => [text, state])).toContainEqual([
      'the plan',
      'waiting',
    ])
    // As after a crash: what stands there is what was on the disk.
    await anna.seat.stop()
    anna.line.partsLeft = Infinity
    anna.messenger = await anna.seat.start()
    await nothingWaits(anna.messenger)
    expect(anna.line.offsets).toEqual([0, PART, 2 * PART, 3 * PART])
    const got = await carried(bert.messenger, anna.name, id)
    expect(got[0]).toMatchObject({ text: 'the plan', mark: 'verified' })
    expect(got[1]).toMatchObject({ name: 'plan.bin', size: bytes.length, type: 'application/x-plan', picture: null })
    expect(await opened(bert, got)).toBe(read(bytes))
    // The second time from the disk: the server is not asked.
    bert.line.isTampering = true
    expect(await opened(bert, got)).toBe(read(bytes))
    bert.line.isTampering = false
  },
)

test('a byte that the server turns is noticed, and fetched again it is right', { timeout: 60_000 }, async () => {
  const bytes = bytesOf(PART + 5)
  const id = await anna.messenger.sendFiles(bert.name, [file(bytes)])
  const got = await carried(bert.messenger, anna.name, id)
  expect(got[0].text).toBe('')
  bert.line.isTampering = true
  const before = await partsKept(bert)
  expect(await opened(bert, got)).toBe('damaged')
  expect(await partsKept(bert)).toBe(before)
  bert.line.isTampering = false
  expect(await opened(bert, got)).toBe(read(bytes))
})

test(
  'deleted for everyone, it goes from both disks and the server; taken away here, from here',
  { timeout: 60_000 },
  async () => {
    const before = [await partsKept(anna), await partsKept(bert)] as const
    const phone = await somebody(bert.name, 'logs in')
    const id = await anna.messenger.sendFiles(bert.name, [file(bytesOf(100)), file(bytesOf(0), { name: 'empty' })])
    await nothingWaits(anna.messenger)
    const got = await carried(bert.messenger, anna.name, id)
    expect(await opened(bert, got)).toBe(read(bytesOf(100)))
    expect(await opened(bert, [got[0], got[0].files[1] ?? got[1]])).toBe(read(bytesOf(0)))
    expect([await partsKept(anna), await partsKept(bert)]).toEqual([before[0] + 2, before[1] + 2])
    await bert.messenger.remove(anna.name, got[0], 'here')
    await expect.poll(() => partsKept(bert)).toBe(before[1])
    // It was taken away there alone: another device of bert's can open it still.
    expect(await opened(phone, await carried(phone.messenger, anna.name, id))).toBe(read(bytesOf(100)))
    expect(await partsKept(anna)).toBe(before[0] + 2)
    expect((await anna.line.downloadBlob(got[1].id, 0)).length).toBeGreaterThan(100)
    await anna.messenger.remove(bert.name, { sender: anna.name, id: got[0].id }, 'everyone')
    await expect.poll(() => partsKept(anna), { timeout: 20_000 }).toBe(before[0])
    await expect(async () => anna.line.downloadBlob(got[1].id, 0)).rejects.toMatchObject({ code: 'not_found' })
    await phone.seat.stop()
  },
)

test(
  'without room on the server it fails and says so; tried again with room it goes',
  { timeout: 60_000 },
  async () => {
    const { messenger, name, seat } = await somebody('dora')
    const large = file(bytesOf(5 * 1024 * 1024))
    const id = await messenger.sendFiles(name, [large], { text: 'first' })
    await nothingWaits(messenger)
    const second = await messenger.sendFiles(name, [large], { text: 'too much' })
    const failed = async () => (await talk(messenger, name)).filter(({ state }) => state === 'failed')
    await until(messenger, 'a refusal', async () => (await failed()).length > 0)
    expect(await failed()).toMatchObject([
      { text: 'too much', refusal: 'quota_full', files: [{ size: large.data.size }] },
    ])
    await messenger.remove(name, { sender: name, id }, 'everyone')
    await nothingWaits(messenger)
    const gone = async () => (await seat.rows.scan('files', { from: ['gone'], to: ['gone~'] })).length
    await expect.poll(gone, { timeout: 20_000 }).toBe(0)
    await messenger.retry(name, second)
    await nothingWaits(messenger)
    expect((await talk(messenger, name)).map(({ text, state }) => [text, state])).toContainEqual([
      'too much',
      'accepted',
    ])
    await seat.stop()
  },
)

test('what is stopped before it went leaves nothing anywhere', { timeout: 60_000 }, async () => {
  const kept = await partsKept(anna)
  const { store } = server.services
  const account = (await store.findAccount(anna.name))?.account ?? 0
  const stored = async () => (await store.known(account)).find(({ line }) => line === 'blobs')?.rows
  const before = await stored()
  anna.line.partsLeft = 1
  const id = await anna.messenger.sendFiles(bert.name, [file(bytesOf(2 * PART))])
  await expect.poll(() => anna.line.partsLeft, { timeout: 20_000 }).toBe(0)
  expect((await talk(anna.messenger, bert.name)).at(-1)).toMatchObject({
    id,
    state: 'waiting',
    files: [{ name: 'plan.bin' }],
  })
  expect(await stored()).toBe(Number(before) + 1)
  await anna.messenger.discard(bert.name, id)
  expect((await talk(anna.messenger, bert.name)).at(-1)).not.toMatchObject({ id })
  await expect.poll(() => partsKept(anna), { timeout: 20_000 }).toBe(kept)
  await expect.poll(stored, { timeout: 20_000 }).toBe(before)
  anna.line.partsLeft = Infinity
})

test(
  'too many, too large or none are refused, and so is what can not be read any more',
  { timeout: 60_000 },
  async () => {
    const { messenger, seat } = anna
    const { name } = bert
    const before = [await partsKept(anna), (await seat.rows.scan('files', {})).length]
    const small = file(bytesOf(1))
    await expect(messenger.sendFiles(name, [])).rejects.toMatchObject({ code: 'bad_request' })
    await expect(
      messenger.sendFiles(
        name,
        Array.from({ length: 11 }, () => small),
      ),
    ).rejects.toMatchObject({ code: 'bad_request' })
    const huge = Object.assign(new Blob([]), {})
    Object.defineProperty(huge, 'size', { value: 100 * 1024 * 1024 + 1 })
    await expect(messenger.sendFiles(name, [{ ...small, data: huge }])).rejects.toMatchObject({ code: 'too_large' })
    const lost = Object.assign(new Blob(['a']), { slice: () => new Blob([]) })
    await expect(messenger.sendFiles(name, [{ ...small, data: lost }])).rejects.toMatchObject({ code: 'not_found' })
    await expect(messenger.sendFiles(name, [small], { text: 'x'.repeat(35_000) })).rejects.toMatchObject({
      code: 'too_large',
    })
    expect([await partsKept(anna), (await seat.rows.scan('files', {})).length]).toEqual(before)
  },
)
