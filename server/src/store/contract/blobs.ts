import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Account, BlobPart, NewBlob, Store } from '../store.ts'
import { DAY, hashOf, NOW, signUp } from './world.ts'
import type { OpenedStore, OpenStore } from './world.ts'

const LIMITS = { blobsPerAccount: 4, blobBytesPerAccount: 100 }

export function blobContract(open: OpenStore): void {
  describe('blobs', () => {
    let opened: OpenedStore
    let store: Store
    let alice: Account
    let bob: Account
    beforeEach(async () => {
      opened = await open(LIMITS)
      store = opened.store
      alice = await signUp(store, 'alice')
      bob = await signUp(store, 'bob')
    })
    afterEach(() => opened.close())

    const blob = (number: number, more: Partial<NewBlob> = {}): NewBlob => ({
      hash: hashOf(number),
      owner: alice.account,
      size: 20,
      isOwn: false,
      life: 30 * DAY,
      unfinishedUntil: NOW + DAY,
      ...more,
    })
    const advance = (number: number, from: number, upto: number, more: Partial<BlobPart> = {}) =>
      store.advanceBlob({
        hash: hashOf(number),
        owner: alice.account,
        from,
        upto,
        now: NOW,
        unfinishedUntil: NOW + DAY,
        ...more,
      })
    /** Numbers whose bytes may go, when nothing has to be waited for. */
    const released = async (now: number, batch = 100) =>
      (await store.releaseBlobs(now, now, batch))
        .map(({ hash }) => hash.at(-1) ?? 0)
        .toSorted((one, other) => one - other)
    const there = (number: number) => store.findBlob(hashOf(number))

    test('are begun, go on part by part, and are what they were after a restart', async () => {
      const begun = { owner: alice.account, size: 20, isOwn: false, uploaded: 0 }
      expect(await store.beginBlob(blob(1))).toEqual(begun)
      expect(await advance(1, 0, 8)).toEqual({ ...begun, uploaded: 8 })
      store = await opened.reopen()
      expect(await there(1)).toEqual({ ...begun, uploaded: 8 })
      expect(await store.beginBlob(blob(1))).toEqual({ ...begun, uploaded: 8 })
      expect(await advance(1, 8, 20)).toEqual({ ...begun, uploaded: 20 })
      expect(await store.beginBlob(blob(2, { isOwn: true }))).toMatchObject({ isOwn: true })
      expect(await there(2)).toMatchObject({ isOwn: true, uploaded: 0 })
    })

    test('a part that begins elsewhere than where the blob ends so far, or goes beyond its size, changes nothing', async () => {
      await store.beginBlob(blob(1))
      await advance(1, 0, 8)
      for (const [from, upto] of [
        [0, 8],
        [0, 20],
        [9, 20],
        [8, 21],
      ] as const)
        expect(await advance(1, from, upto)).toMatchObject({ uploaded: 8 })
      expect(await advance(2, 0, 8)).toBeNull()
    })

    test('of several parts for the same place at once one is taken', async () => {
      await store.beginBlob(blob(1))
      const results = await Promise.all([5, 6, 7, 8].map((upto) => advance(1, 0, upto)))
      const [first] = results
      expect(results).toEqual(Array.from({ length: 4 }, () => first))
      expect(await there(1)).toEqual(first)
    })

    test('an id that is another blob’s is refused, whosever it is', async () => {
      await store.beginBlob(blob(1))
      for (const other of [{ size: 21 }, { isOwn: true }, { owner: bob.account }])
        expect(await store.beginBlob(blob(1, other))).toBe('id_reused')
      await store.endBlob(hashOf(1), alice.account)
      expect(await store.beginBlob(blob(1))).toBe('id_reused')
      expect(await store.beginBlob(blob(2, { owner: 999_999 }))).toBe('no_such_account')
    })

    test('so many, and so many bytes, and not one more; each account has its own; what is deleted makes room', async () => {
      expect(await store.beginBlob(blob(1, { size: 60 }))).toMatchObject({ uploaded: 0 })
      expect(await store.beginBlob(blob(2, { size: 41 }))).toBe('quota_full')
      expect(await store.beginBlob(blob(3, { size: 40 }))).toMatchObject({ uploaded: 0 })
      expect(await store.beginBlob(blob(4, { size: 1 }))).toBe('quota_full')
      // What was begun goes on, and is still answered so.
      expect(await store.beginBlob(blob(3, { size: 40 }))).toMatchObject({ uploaded: 0 })
      expect(await advance(3, 0, 40)).toMatchObject({ uploaded: 40 })
      expect(await store.beginBlob(blob(5, { owner: bob.account, size: 100 }))).toMatchObject({ uploaded: 0 })
      await store.endBlob(hashOf(1), alice.account)
      for (const number of [6, 7, 8])
        expect(await store.beginBlob(blob(number, { size: 1 }))).toMatchObject({ uploaded: 0 })
      expect(await store.beginBlob(blob(9, { size: 1 }))).toBe('quota_full')
    })

    test('of many begun at the same moment no more are taken than may be', async () => {
      const results = await Promise.all(
        Array.from({ length: 9 }, (_, number) => store.beginBlob(blob(number, { size: 30 }))),
      )
      expect(results.filter((result) => result === 'quota_full')).toHaveLength(6)
    })

    test('only the owner goes on with one, or deletes it', async () => {
      await store.beginBlob(blob(1))
      expect(await advance(1, 0, 8, { owner: bob.account })).toBeNull()
      expect(await store.endBlob(hashOf(1), bob.account)).toBe(false)
      expect(await there(1)).toMatchObject({ owner: alice.account, uploaded: 0 })
      expect(await store.endBlob(hashOf(1), alice.account)).toBe(true)
      expect(await store.endBlob(hashOf(1), alice.account)).toBe(false)
      expect([await there(1), await advance(1, 0, 8)]).toEqual([null, null])
    })

    test('end: unfinished ones when no part came in time, whole ones when their life is over', async () => {
      await store.beginBlob(blob(1))
      await store.beginBlob(blob(2))
      await advance(2, 0, 8, { unfinishedUntil: NOW + 2 * DAY })
      await store.beginBlob(blob(3))
      await advance(3, 0, 20, { now: NOW + 5 })
      expect(await released(NOW + DAY - 1)).toEqual([])
      expect(await released(NOW + DAY)).toEqual([1])
      expect(await there(1)).toBeNull()
      expect(await released(NOW + 2 * DAY)).toEqual([1, 2])
      expect(await released(NOW + 30 * DAY + 4)).toEqual([1, 2])
      expect(await there(3)).toMatchObject({ uploaded: 20 })
      expect(await released(NOW + 30 * DAY + 5)).toEqual([1, 2, 3])
    })

    test('their bytes may go some time after nobody has them any more, in bounded steps, until that is told', async () => {
      for (const number of [1, 2, 3]) await store.beginBlob(blob(number))
      expect(await store.releaseBlobs(NOW + DAY, NOW + DAY - 1, 2)).toEqual([])
      expect(await store.releaseBlobs(NOW + 2 * DAY, NOW + DAY - 1, 2)).toEqual([])
      // Two were let go at the first round, one at the second.
      const ripe = await store.releaseBlobs(NOW + 3 * DAY, NOW + DAY, 9)
      expect(ripe).toMatchObject([{ size: 20 }, { size: 20 }])
      expect(await released(NOW + 3 * DAY, 1)).toHaveLength(1)
      await store.forgetBlobs(ripe.map(({ hash }) => hash))
      expect(await released(NOW + 3 * DAY)).toHaveLength(1)
      // One that somebody has is not forgotten by that.
      await store.beginBlob(blob(4))
      await store.forgetBlobs([hashOf(4)])
      expect(await there(4)).not.toBeNull()
    })

    test('go with their account, and their bytes after it', async () => {
      await store.beginBlob(blob(1))
      await store.beginBlob(blob(2, { owner: bob.account }))
      await store.deleteAccount(alice.account)
      expect(await there(1)).toBeNull()
      expect(await there(2)).not.toBeNull()
      store = await opened.reopen()
      expect(await store.releaseBlobs(NOW, NOW - 1, 9)).toEqual([])
      expect(await store.releaseBlobs(NOW, NOW, 9)).toEqual([{ hash: hashOf(1), size: 20 }])
    })
  })
}

/** For stores that can be copied. */
export function blobBackupContract(open: OpenStore): void {
  test('blobs are in a copy, and new ones can be begun on it', async () => {
    const opened = await open()
    const { store } = opened
    const alice = await signUp(store, 'alice')
    const fresh = { owner: alice.account, size: 20, isOwn: false, life: DAY, unfinishedUntil: NOW + DAY }
    await store.beginBlob({ ...fresh, hash: hashOf(1) })
    const file = join(opened.folder, 'copy.db')
    await store.backup(file)
    const copy = await opened.openBackup(file)
    expect(await copy.findBlob(hashOf(1))).toMatchObject({ size: 20 })
    expect(await copy.beginBlob({ ...fresh, hash: hashOf(2) })).toMatchObject({ uploaded: 0 })
    await copy.close()
    await opened.close()
  })
}
