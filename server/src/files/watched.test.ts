import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Log } from '../log.ts'
import { openFolder } from './folder.ts'
import { watchFiles } from './watched.ts'

test('a place that goes away and comes back is told of once each, with the code of the machine and no name', async () => {
  const base = await mkdtemp(join(tmpdir(), 'chatnip-watched-'))
  const root = join(base, 'mounted')
  const lines: string[] = []
  const note =
    (level: string): Log['info'] =>
    (fields, what) =>
      lines.push(`${level} ${JSON.stringify(fields)} ${what}`)
  const log = { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') }
  const files = watchFiles(openFolder(root), log)
  const name = `avatars/${'a'.repeat(64)}.webp`
  for (let times = 0; times < 3; times += 1) {
    await expect(files.put(name, new Uint8Array([1]))).rejects.toMatchObject({ code: 'unavailable' })
    await expect(files.get(name)).rejects.toMatchObject({ code: 'unavailable' })
  }
  expect(lines).toEqual([expect.stringMatching(/^error .*unavailable.*ENOENT.*CHATNIP_FILES/)])
  expect(lines.join()).not.toContain('aaa')
  await mkdir(root)
  // That there is none of that name is no failure, nor is a mistake of the program one of the place.
  expect(await files.get(name)).toBeNull()
  await expect(files.get('../name')).rejects.toThrow(TypeError)
  expect(lines.slice(1)).toEqual([expect.stringContaining('info {} Pictures and blobs can be stored and read again')])
  await rm(base, { recursive: true })
})
