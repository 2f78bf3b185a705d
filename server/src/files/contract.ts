import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Files } from './files.ts'

/** One place for files under test. */
export interface OpenedFiles {
  readonly files: Files
  /** As another node, or the same after a restart, sees the place. */
  readonly again: () => Files
  /** From now on nothing can be stored or fetched there. */
  readonly breakIt: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The tests that every implementation of Files passes. */
export function filesContract(name: string, open: () => Promise<OpenedFiles>): void {
  describe(`files contract: ${name}`, () => {
    let opened: OpenedFiles
    let files: Files
    beforeEach(async () => {
      opened = await open()
      files = opened.files
    })
    afterEach(() => opened.close())

    test('what was put is there, to the last byte, also for another node', async () => {
      const [small, large] = [new Uint8Array([0, 255, 10]), randomBytes(700_000)]
      await files.put('blobs/ab/abcd-0', small)
      await files.put('avatars/abcd.webp', large)
      for (const place of [files, opened.again()]) {
        expect(Buffer.compare(Buffer.from((await place.get('blobs/ab/abcd-0')) ?? []), small)).toBe(0)
        expect(Buffer.compare(Buffer.from((await place.get('avatars/abcd.webp')) ?? []), large)).toBe(0)
      }
    })

    test('what was never put is not there, and taking it away is no error', async () => {
      expect(await files.get('blobs/ab/abcd-0')).toBeNull()
      await files.remove(['blobs/ab/abcd-0', 'avatars/x.webp'])
      await files.remove([])
    })

    test('what was removed is gone, the others stay', async () => {
      const names = Array.from({ length: 20 }, (_, part) => `blobs/cd/cdef-${part}`)
      await Promise.all(names.map((one) => files.put(one, new Uint8Array([1]))))
      await files.remove(names.slice(1))
      expect([...((await files.get('blobs/cd/cdef-0')) ?? [])]).toEqual([1])
      expect(await Promise.all(names.slice(1).map((one) => files.get(one)))).toEqual(names.slice(1).map(() => null))
    })

    test('of several at once under one name one stands, whole', async () => {
      const all = [1, 2, 3, 4].map((value) => new Uint8Array(300_000).fill(value))
      await Promise.all(all.map((bytes) => files.put('blobs/ef/ef01-0', bytes)))
      const stands = Buffer.from((await files.get('blobs/ef/ef01-0')) ?? [])
      expect(all.filter((bytes) => Buffer.compare(stands, bytes) === 0)).toHaveLength(1)
    })

    test('an empty file is one', async () => {
      await files.put('blobs/00/0000-0', new Uint8Array())
      expect((await files.get('blobs/00/0000-0'))?.byteLength).toBe(0)
    })

    test('names that are none of ours are never asked for', async () => {
      for (const bad of [
        '',
        '../x',
        'blobs/../../etc/passwd',
        '/etc/passwd',
        'blobs//x',
        'a b',
        'Blobs/x',
        'a/b/c/d',
      ]) {
        await expect(files.put(bad, new Uint8Array())).rejects.toThrow(TypeError)
        await expect(files.get(bad)).rejects.toThrow(TypeError)
        await expect(files.remove([bad])).rejects.toThrow(TypeError)
      }
    })

    test('a place that is away says so, and never that there is no such file', async () => {
      await files.put('blobs/ab/abcd-0', new Uint8Array([1]))
      await opened.breakIt()
      const place = opened.again()
      await expect(place.get('blobs/ab/abcd-0')).rejects.toMatchObject({ code: 'unavailable' })
      await expect(place.put('blobs/ab/abcd-1', new Uint8Array([1]))).rejects.toMatchObject({ code: 'unavailable' })
      await expect(place.remove(['blobs/ab/abcd-0'])).rejects.toMatchObject({ code: 'unavailable' })
    })
  })
}
