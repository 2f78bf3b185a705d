import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { top } from '../../scripts/run.ts'
import { ensureWebBundle } from '../../scripts/bundles.ts'
import { CLIENT_MANIFEST } from '../../web/build/build.ts'
import { listFiles } from '../../web/build/files.ts'
import { copyCheckout } from './kit/checkout.ts'
import type { Checkout } from './kit/checkout.ts'

const DIST = join(top, 'web/dist')
/** Of `npm start`'s own, never served. */
const STAMP = '/.sources'

let copy: Checkout
beforeAll(async () => {
  await ensureWebBundle()
  copy = await copyCheckout()
})
afterAll(() => copy.remove())

const hashes = async (folder: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await listFiles(folder)).flatMap(({ path, digest }) => (path === STAMP ? [] : [[path, digest.toString('hex')]])),
  )

test('the same sources give the same bytes, in another folder, time zone and language', async () => {
  const here = await hashes(DIST)
  const there = await hashes(await copy.build({ TZ: 'Pacific/Auckland', LANG: 'it_IT.UTF-8', HOME: copy.folder }))
  expect(Object.keys(here).length).toBeGreaterThan(20)
  expect(there).toEqual(here)
})

test('the list of hashes names every file but itself, rightly', async () => {
  const { files }: { files: Record<string, { sha256: string }> } = JSON.parse(
    await readFile(join(DIST, CLIENT_MANIFEST), 'utf8'),
  )
  const { [CLIENT_MANIFEST]: _itself, ...here } = await hashes(DIST)
  expect(Object.fromEntries(Object.entries(files).map(([path, { sha256 }]) => [path, sha256]))).toEqual(here)
})

test('a changed word changes the service worker, so that browsers notice: a control', async () => {
  const here = await hashes(DIST)
  await copy.edit('web/src/texts/en.ts', 'Nothing asked', 'Nothing demanded')
  const there = await hashes(await copy.build())
  expect(there['/sw.js']).not.toBe(here['/sw.js'])
  expect(there['/index.html']).not.toBe(here['/index.html'])
})
