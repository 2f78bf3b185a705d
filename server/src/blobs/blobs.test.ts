import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChatnipError, LIMITS } from '@chatnip/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Files } from '../files/files.ts'
import { openFolder } from '../files/folder.ts'
import { newAccount } from '../store/contract/world.ts'
import { openSqliteStore } from '../store/sqlite/sqlite.ts'
import type { Store } from '../store/store.ts'
import { manualClock } from '../testing.ts'
import { openBlobs } from './blobs.ts'
import type { Blobs } from './blobs.ts'

const id = 'x'.repeat(43)
const PART = LIMITS.blobPartBytes
const first = new Uint8Array(PART).fill(1)
const last = new Uint8Array(9).fill(2)
const LATER = 600_000

let folder: string
let store: Store
let files: Files
let account: number
const clock = manualClock(1_800_000_000_000)
const blobs = (other: Partial<Files> = {}): Blobs =>
  openBlobs({ store, files: { ...files, ...other }, clock, retentionDays: 30 })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chatnip-blobs-'))
  store = await openSqliteStore({ file: join(folder, 'chatnip.sqlite') })
  files = openFolder(folder)
  await store.createAccount(newAccount('alice'))
  account = (await store.findAccount('alice'))?.account ?? 0
  await blobs().begin(account, { id, size: PART + 9 })
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

const fails = () => Promise.reject(new ChatnipError('unavailable'))

describe('when something fails', () => {
  test('a part that could not be stored is not counted, and can be sent again', async () => {
    await expect(blobs({ put: fails }).upload(account, { id, offset: 0 }, first)).rejects.toThrow(ChatnipError)
    expect(await blobs().begin(account, { id, size: PART + 9 })).toEqual({ uploaded: 0 })
    expect(await blobs().upload(account, { id, offset: 0 }, first)).toEqual({ uploaded: PART })
  })

  test('a part is counted only when it is stored', async () => {
    const told: number[] = []
    const put: Files['put'] = async (name, bytes) => {
      told.push((await blobs().begin(account, { id, size: PART + 9 })).uploaded)
      await files.put(name, bytes)
      told.push((await blobs().begin(account, { id, size: PART + 9 })).uploaded)
    }
    await blobs({ put }).upload(account, { id, offset: 0 }, first)
    expect(told).toEqual([0, 0])
  })

  test('of a blob that is deleted while a part of it comes nothing stays', async () => {
    const names: string[] = []
    const put: Files['put'] = async (name, bytes) => {
      names.push(name)
      await blobs().remove(account, id)
      await files.put(name, bytes)
    }
    await expect(blobs({ put }).upload(account, { id, offset: 0 }, first)).rejects.toMatchObject({ code: 'not_found' })
    expect(await files.get(names[0] ?? '')).toBeNull()
  })

  test('a part that comes at the very end is still taken away: its blob is forgotten only when all requests are over', async () => {
    let name = ''
    const put: Files['put'] = (given) => {
      name = given
      return Promise.reject(new Error('the machine died'))
    }
    await blobs({ put })
      .upload(account, { id, offset: 0 }, first)
      .catch(() => undefined)
    await blobs().remove(account, id)
    await blobs().sweep(clock.now())
    // What the request had under way arrives in spite of all.
    await files.put(name, first)
    await blobs().sweep(clock.now() + 1_000)
    expect(await files.get(name)).not.toBeNull()
    await blobs().sweep(clock.now() + LATER)
    expect(await files.get(name)).toBeNull()
  })

  test('bytes that could not be removed are removed the next time', async () => {
    await blobs().upload(account, { id, offset: 0 }, first)
    await blobs().upload(account, { id, offset: PART }, last)
    await blobs().remove(account, id)
    await blobs().sweep(clock.now())
    const names: string[] = []
    const remove: Files['remove'] = (given) => {
      names.push(...given)
      return fails()
    }
    await expect(blobs({ remove }).sweep(clock.now() + LATER)).rejects.toThrow(ChatnipError)
    expect(names).toHaveLength(2)
    await blobs().sweep(clock.now() + 2 * LATER)
    expect(await Promise.all(names.map((name) => files.get(name)))).toEqual([null, null])
    names.length = 0
    await blobs({ remove }).sweep(clock.now() + 3 * LATER)
    expect(names).toEqual([])
  })

  test('a whole blob of which a part has gone is not there, rather than another', async () => {
    await blobs().upload(account, { id, offset: 0 }, first)
    await blobs().upload(account, { id, offset: PART }, last)
    expect(await blobs().read(account, { id, offset: PART - 1 })).toHaveLength(10)
    await expect(blobs({ get: () => Promise.resolve(null) }).read(account, { id })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
