import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIMITS } from '@chatnip/protocol'
import { manualClock, startTestServer } from '@chatnip/server/testing'
import type { ManualClock, TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, codeOf, exchange } from './kit/exchange.ts'
import type { Answer } from './kit/exchange.ts'
import { form, makePerson, must, parsed } from './kit/people.ts'
import type { Person } from './kit/people.ts'
import { makeTwo, newBlobId } from './kit/samples.ts'

const PART = LIMITS.blobPartBytes
const DAY = 86_400_000

let server: TestServer
let clock: ManualClock
let data: string
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'chatnip-blobs-'))
  clock = manualClock()
  server = await startTestServer({ clock, data, env: { CHATNIP_QUOTA_MB: '4' } })
})
afterAll(async () => {
  await server.stop()
  await rm(data, { recursive: true, force: true })
})

const begin = (who: Person, body: object): Promise<Answer> =>
  call(server.address, 'begin_blob', body, { session: who.session })

function uploadPart(who: Person, id: string, offset: number, bytes: Uint8Array): Promise<Answer> {
  const sent = form(bytes, { field: 'part', fields: { id, offset: String(offset) } })
  const headers = { ...sent.headers, accept: 'application/json', authorization: `Bearer ${who.session}` }
  return exchange(server.address, { path: '/upload_blob_part', headers, body: sent.body })
}

const partAt = (bytes: Uint8Array, offset: number) => bytes.subarray(offset, offset + PART)

/** Goes on from where the server says that it is. */
async function upload(who: Person, id: string, bytes: Uint8Array, more: object = {}): Promise<void> {
  let { uploaded } = parsed(must(await begin(who, { id, size: bytes.length, ...more })))
  while (Number(uploaded) < bytes.length)
    ({ uploaded } = parsed(must(await uploadPart(who, id, Number(uploaded), partAt(bytes, Number(uploaded))))))
}

async function stored(who: Person, bytes: Uint8Array, more: object = {}): Promise<string> {
  const id = newBlobId()
  await upload(who, id, bytes, more)
  return id
}

/** The bytes, or the code of the refusal. */
async function download(who: Person, id: string, range: object = {}): Promise<Buffer | string> {
  const response = await server.post('download_blob', { id, ...range }, who.session)
  return response.ok ? Buffer.from(await response.arrayBuffer()) : `${response.status}`
}

const filesOf = (folder: string): string[] => {
  const names = readdirSync(join(data, folder), { recursive: true, withFileTypes: true })
  return names.filter((entry) => entry.isFile()).map(({ name }) => name)
}

/** How many parts of these blobs lie on the disk. */
const partsOf = (...ids: string[]): number => {
  const hashes = ids.map((id) => createHash('sha256').update(id).digest('hex'))
  return filesOf('blobs').filter((name) => hashes.some((hash) => name.startsWith(hash))).length
}

describe('a blob', () => {
  test('goes up in parts and comes down in pieces, to the last byte', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const bytes = randomBytes(2 * PART + 1_234)
    const id = await stored(alice, bytes)
    const pieces: Buffer[] = []
    for (let offset = 0; offset < bytes.length; offset += PART)
      pieces.push(Buffer.from(await download(bob, id, { offset })))
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
    for (const [offset, length] of [
      [0, 1],
      [PART - 3, 7],
      [PART + 5, PART],
      [2 * PART + 1_230, 100],
    ] as const)
      expect(await download(bob, id, { offset, length })).toEqual(bytes.subarray(offset, offset + length))
    expect(await download(bob, id, { offset: bytes.length })).toEqual(Buffer.alloc(0))
    expect(await download(bob, id, { offset: LIMITS.blobBytes })).toEqual(Buffer.alloc(0))
  })

  test('goes on where it was after the server has been started anew', async () => {
    const alice = await makePerson(server.address, 'alice')
    const [id, bytes] = [newBlobId(), randomBytes(PART + 9)]
    must(await begin(alice, { id, size: bytes.length }))
    must(await uploadPart(alice, id, 0, partAt(bytes, 0)))
    await server.stop()
    server = await startTestServer({ clock, data, env: { CHATNIP_QUOTA_MB: '4' } })
    expect(parsed(must(await begin(alice, { id, size: bytes.length })))).toEqual({ uploaded: PART })
    await upload(alice, id, bytes)
    expect(await download(alice, id, { offset: PART - 4 })).toEqual(bytes.subarray(PART - 4))
  })

  test('is not there before it is whole; parts that are repeated, ahead or of the wrong size change nothing', async () => {
    const alice = await makePerson(server.address, 'alice')
    const [id, bytes] = [newBlobId(), randomBytes(PART + 9)]
    must(await begin(alice, { id, size: bytes.length }))
    const says = async (offset: number, part: Uint8Array) => {
      const answer = await uploadPart(alice, id, offset, part)
      return codeOf(answer) ?? parsed(answer)['uploaded']
    }
    expect(await says(PART, partAt(bytes, PART))).toBe(0)
    expect(await says(0, partAt(bytes, 1).subarray(1))).toBe('bad_request')
    expect(await says(0, randomBytes(PART + 1))).toBe('too_large')
    expect(await says(0, new Uint8Array())).toBe('bad_request')
    expect(await says(0, partAt(bytes, 0))).toBe(PART)
    expect(await says(0, randomBytes(PART))).toBe(PART)
    expect(await download(alice, id)).toBe('404')
    expect(await says(PART, randomBytes(10))).toBe('bad_request')
    expect(await says(PART, partAt(bytes, PART))).toBe(PART + 9)
    expect(await says(PART + 9, randomBytes(1))).toBe(PART + 9)
    expect(await download(alice, id)).toEqual(partAt(bytes, 0))
  })

  test('of the largest size can be begun, where the quota allows it, and not one byte more', async () => {
    const alice = await makePerson(server.address, 'alice')
    expect(codeOf(await begin(alice, { id: newBlobId(), size: LIMITS.blobBytes }))).toBe('quota_full')
    expect(codeOf(await begin(alice, { id: newBlobId(), size: LIMITS.blobBytes + 1 }))).toBe('bad_request')
    expect(codeOf(await begin(alice, { id: newBlobId(), size: 0 }))).toBe('bad_request')
  })

  test('counts whole from its beginning, and makes room when it is deleted', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const [first, second] = [newBlobId(), newBlobId()]
    must(await begin(alice, { id: first, size: 4 * 1024 * 1024 }))
    expect(codeOf(await begin(alice, { id: second, size: 1 }))).toBe('quota_full')
    must(await begin(bob, { id: newBlobId(), size: 1 }))
    must(await call(server.address, 'delete_blob', { id: first }, { session: alice.session }))
    must(await begin(alice, { id: second, size: 1 }))
  })
})

describe('who may', () => {
  test('fetch: everybody who is signed in and knows the id; what is somebody’s own, nobody else', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const [shared, own] = [await stored(alice, randomBytes(9)), await stored(alice, randomBytes(9), { own: true })]
    expect([await download(bob, shared), await download(alice, own)]).toEqual([expect.any(Buffer), expect.any(Buffer)])
    expect(await download(bob, own)).toBe('404')
    expect(await download({ ...bob, session: 'x'.repeat(32) }, shared)).toBe('401')
    expect(await download(bob, newBlobId())).toBe('404')
  })

  test('go on with it, or delete it: only who began it; and nobody takes its id', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const [id, bytes] = [newBlobId(), randomBytes(9)]
    must(await begin(alice, { id, size: 9 }))
    expect(codeOf(await uploadPart(bob, id, 0, bytes))).toBe('not_found')
    expect(codeOf(await begin(bob, { id, size: 9 }))).toBe('id_reused')
    expect(codeOf(await begin(alice, { id, size: 10 }))).toBe('id_reused')
    expect(codeOf(await call(server.address, 'delete_blob', { id }, { session: bob.session }))).toBe('not_found')
    expect(parsed(must(await uploadPart(alice, id, 0, bytes)))).toEqual({ uploaded: 9 })
  })

  test('no id of a blob, nor a part of one, lies on the disk by which it could be fetched', async () => {
    const alice = await makePerson(server.address, 'alice')
    const id = await stored(alice, randomBytes(9))
    expect(filesOf('.').filter((name) => name.includes(id))).toEqual([])
    const raw = await exchange(server.address, { method: 'GET', path: `/blobs/${id}` })
    expect(raw.status).toBe(404)
  })
})

describe('the end', () => {
  /** Rounds of upkeep so long after the test's now: the second finds what the first let go. */
  const upkeep = async (later = 0) => {
    await server.services.blobs.sweep(clock.now() + later)
    await server.services.blobs.sweep(clock.now() + later + 600_000)
  }

  test('comes when the uploader, the retention or nobody’s going on says so, and takes the bytes with it', async () => {
    const alice = await makePerson(server.address, 'alice')
    const minute = await stored(alice, randomBytes(9), { expires_in: 60 })
    const usual = await stored(alice, randomBytes(PART + 9))
    const own = await stored(alice, randomBytes(9), { own: true })
    const half = newBlobId()
    must(await begin(alice, { id: half, size: PART + 9 }))
    must(await uploadPart(alice, half, 0, randomBytes(PART)))
    const parts = () => partsOf(minute, usual, own, half)
    expect(parts()).toBe(5)
    const there = () =>
      Promise.all([minute, usual, own].map(async (id) => typeof (await download(alice, id)) !== 'string'))
    await upkeep(60_000)
    expect([await there(), parts()]).toEqual([[false, true, true], 4])
    await upkeep(DAY)
    expect([await there(), parts()]).toEqual([[false, true, true], 3])
    expect(codeOf(await uploadPart(alice, half, PART, randomBytes(9)))).toBe('not_found')
    await upkeep(30 * DAY)
    expect([await there(), parts()]).toEqual([[false, false, true], 1])
    await upkeep(365 * DAY)
    expect([await there(), parts()]).toEqual([[false, false, false], 0])
  })

  test('is nearer than the retention for what others fetch, never later', async () => {
    const alice = await makePerson(server.address, 'alice')
    const late = { id: newBlobId(), size: 9, expires_in: 31 * 86_400 }
    expect(codeOf(await begin(alice, late))).toBe('bad_request')
    must(await begin(alice, { ...late, own: true }))
  })

  test('comes with delete_blob and with the account', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const [deleted, left] = [await stored(alice, randomBytes(9)), await stored(alice, randomBytes(9))]
    expect(partsOf(deleted, left)).toBe(2)
    must(await call(server.address, 'delete_blob', { id: deleted }, { session: alice.session }))
    expect(await download(bob, deleted)).toBe('404')
    must(await call(server.address, 'delete_user', { password: alice.password }, { session: alice.session }))
    expect(await download(bob, left)).toBe('404')
    await upkeep()
    expect(partsOf(deleted, left)).toBe(0)
  })
})

describe('hostile forms', () => {
  const id = newBlobId()
  test.each<[string, Record<string, string>]>([
    ['no fields', {}],
    ['no id', { offset: '0' }],
    ['no offset', { id }],
    ['a short id', { id: id.slice(1), offset: '0' }],
    ['a path', { id: '../../../../etc/passwd'.padEnd(43, 'x'), offset: '0' }],
    ['NUL', { id: `${id.slice(1)}\u0000`, offset: '0' }],
    ['an offset below 0', { id, offset: '-1' }],
    ['an offset beyond all', { id, offset: '9'.repeat(15) }],
    ['an offset that is none', { id, offset: '1e3' }],
    ['hexadecimal', { id, offset: '0x10' }],
    ['a fraction', { id, offset: '1.5' }],
    ['emptiness', { id, offset: '' }],
    ['another field', { id, offset: '0', size: '5' }],
    ['a prototype', { id, offset: '0', ['__proto__']: '1' }],
  ])('%s is refused', async (_what, fields) => {
    const alice = await makePerson(server.address, 'alice')
    const sent = form(randomBytes(9), { field: 'part', fields })
    const headers = { ...sent.headers, accept: 'application/json', authorization: `Bearer ${alice.session}` }
    const answer = await exchange(server.address, { path: '/upload_blob_part', headers, body: sent.body })
    expect([codeOf(answer), answer.status]).toEqual(['bad_request', 400])
  })

  test('a form with the file under another name, or with none, is refused', async () => {
    const alice = await makePerson(server.address, 'alice')
    const sent = form(randomBytes(9), { fields: { id, offset: '0' } })
    const headers = { ...sent.headers, accept: 'application/json', authorization: `Bearer ${alice.session}` }
    const answer = await exchange(server.address, { path: '/upload_blob_part', headers, body: sent.body })
    expect(answer.text).toContain('form field')
    expect(codeOf(answer)).toBe('bad_request')
  })
})
