import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesContract } from './contract.ts'
import type { OpenedFiles } from './contract.ts'
import { openFolder } from './folder.ts'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'chatnip-files-'))

filesContract('a folder', (): Promise<OpenedFiles> => {
  const folder = newFolder()
  return Promise.resolve({
    files: openFolder(folder),
    again: () => openFolder(folder),
    breakIt: () => {
      // As if a share were not mounted.
      rmSync(folder, { recursive: true })
      return Promise.resolve()
    },
    close: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  })
})

test('files are their owner’s alone, and nothing half-written lies where files are', async () => {
  const folder = newFolder()
  await openFolder(folder).put('blobs/ab/abcd-0', new Uint8Array([1]))
  expect(statSync(join(folder, 'blobs/ab/abcd-0')).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'blobs/ab')).mode & 0o777).toBe(0o700)
  expect([readdirSync(join(folder, 'blobs/ab')), readdirSync(join(folder, 'incoming'))]).toEqual([['abcd-0'], []])
  rmSync(folder, { recursive: true })
})

test('what a crash left half-written is cleared away once it is old; what is young may be another node’s', async () => {
  const folder = newFolder()
  await openFolder(folder).put('blobs/ab/abcd-0', new Uint8Array([1]))
  const [old, young] = [join(folder, 'incoming', 'old'), join(folder, 'incoming', 'young')]
  for (const file of [old, young]) writeFileSync(file, 'half')
  utimesSync(old, 1, 1)
  await openFolder(folder).put('blobs/ab/abcd-1', new Uint8Array([1]))
  expect(readdirSync(join(folder, 'incoming'))).toEqual(['young'])
  rmSync(folder, { recursive: true })
})
