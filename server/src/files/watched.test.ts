import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ChatnipError } from '@chatnip/protocol'
import type { Log } from '../log.ts'
import type { Files } from './files.ts'
import { openFolder } from './folder.ts'
import { watchFiles } from './watched.ts'

function openLines(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const note =
    (level: string): Log['info'] =>
    (fields, what) =>
      lines.push(`${level} ${JSON.stringify(fields)} ${what}`)
  return { log: { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') }, lines }
}

test('a place that goes away and comes back is told of once each, with the code of the machine and no name', async () => {
  const base = await mkdtemp(join(tmpdir(), 'chatnip-watched-'))
  const root = join(base, 'mounted')
  const { log, lines } = openLines()
  const files = watchFiles(openFolder(root), log)
  const name = `avatars/${'a'.repeat(64)}.webp`
  for (let times = 0; times < 3; times += 1) {
    await expect(files.put(name, new Uint8Array([1]))).rejects.toMatchObject({ code: 'unavailable' })
    await expect(files.get(name)).rejects.toMatchObject({ code: 'unavailable' })
  }
  expect(lines).toEqual([
    expect.stringMatching(/^error .*unavailable.*ENOENT.*stored.*CHATNIP_FILES/),
    expect.stringMatching(/^error .*unavailable.*ENOENT.*read.*CHATNIP_FILES/),
  ])
  expect(lines.join()).not.toContain('aaa')
  await mkdir(root)
  // That there is none of that name is no failure, nor is a mistake of the program one of the place.
  expect(await files.get(name)).toBeNull()
  await expect(files.get('../name')).rejects.toThrow(TypeError)
  expect(lines.slice(2)).toEqual(['info {} Pictures and blobs can be read again.'])
  await files.put(name, new Uint8Array([1]))
  expect(lines.slice(3)).toEqual(['info {} Pictures and blobs can be stored again.'])
  await rm(base, { recursive: true })
})

test('a full disk is told of once, however much is read and removed meanwhile', async () => {
  const root = await mkdtemp(join(tmpdir(), 'chatnip-watched-'))
  const { log, lines } = openLines()
  const folder = openFolder(root)
  let isFull = true
  const put: Files['put'] = (...asked) =>
    isFull ? Promise.reject(new ChatnipError('disk_full')) : folder.put(...asked)
  const files = watchFiles({ ...folder, put }, log)
  const name = `avatars/${'a'.repeat(64)}.webp`
  for (let times = 0; times < 3; times += 1) {
    await expect(files.put(name, new Uint8Array([1]))).rejects.toMatchObject({ code: 'disk_full' })
    expect(await files.get(name)).toBeNull()
    await files.remove([name])
  }
  expect(lines).toEqual([expect.stringMatching(/^error .*disk_full.*stored/)])
  isFull = false
  await files.put(name, new Uint8Array([1]))
  expect(lines.slice(1)).toEqual(['info {} Pictures and blobs can be stored again.'])
  await rm(root, { recursive: true })
})
