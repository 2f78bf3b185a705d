import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { correctMls } from '../../scripts/correct-mls.ts'
import { MLS_CORRECTIONS, MLS_FILES, MLS_VERSION } from '../../scripts/mls-corrections.ts'

/** The step that corrects the MLS library, on copies of it. */

const crypto = fileURLToPath(new URL('../../crypto/package.json', import.meta.url))
const installed = dirname(createRequire(crypto).resolve('ts-mls'))
const files = Object.keys(MLS_FILES)

let root: string
let folder: string
const read = (file: string) => readFile(join(folder, file), 'utf8')

/** As published: the installed one has been corrected before any test runs. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'chatnip-mls-'))
  folder = join(root, 'dist/src')
  await cp(join(installed, '../../package.json'), join(root, 'package.json'))
  for (const file of files) {
    const corrected = await readFile(join(installed, file), 'utf8')
    const own = MLS_CORRECTIONS.filter((correction) => correction.file === file)
    await cp(join(installed, file), join(folder, file))
    await writeFile(
      join(folder, file),
      own.toReversed().reduce((text, { from, to }) => text.replace(to, () => from), corrected),
    )
  }
})
afterEach(() => rm(root, { recursive: true, force: true }))

test('corrects the library as published, and then leaves it alone', async () => {
  expect(correctMls(folder)).toEqual(files)
  for (const file of files) expect(await read(file)).toBe(await readFile(join(installed, file), 'utf8'))
  expect(correctMls(folder)).toEqual([])
})

test('finishes what was cut off between two files', async () => {
  await cp(join(installed, 'treemath.js'), join(folder, 'treemath.js'))
  expect(correctMls(folder)).toEqual(['clientState.js'])
})

test('refuses another version and writes nothing', async () => {
  const manifest = (await readFile(join(root, 'package.json'), 'utf8')).replace(MLS_VERSION, '1.6.5')
  await writeFile(join(root, 'package.json'), manifest)
  const before = await read('clientState.js')
  expect(() => correctMls(folder)).toThrow('1.6.5 is installed')
  expect(await read('clientState.js')).toBe(before)
})

test('refuses bytes that it does not know, and writes nothing', async () => {
  await writeFile(join(folder, 'treemath.js'), `${await read('treemath.js')}\n`)
  const before = await read('clientState.js')
  expect(() => correctMls(folder)).toThrow('neither as published nor as we correct it')
  expect(await read('clientState.js')).toBe(before)
})

test('the library that is not installed is nobody’s fault', () => {
  expect(correctMls(null)).toEqual([])
})
