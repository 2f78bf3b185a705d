import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../scripts/run.ts'
import { findBrowser, launchBrowser } from './browsers.ts'

/** Conversations by MLS, bundled as for the web app, which does not use them yet. */

/** What they may add to the web app, when somebody needs them. */
const BUDGET_BYTES = 60 * 1024

let folder: string
let server: Server
let address: string
const files = new Map<string, Buffer>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatnip-conversations-'))
  const config = ['--config', 'test/conversations/vite.config.ts', '--outDir', folder, '--logLevel', 'error']
  const code = await run(['vite', 'build', 'test/conversations', ...config])
  if (code !== 0) throw new Error('They could not be bundled; the reason stands above.')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'))
  for (const name of names) files.set(name, await readFile(join(folder, name)))
  server = createServer((request, response) => {
    const isPage = request.url === '/'
    response.setHeader('content-type', isPage ? 'text/html' : 'text/javascript')
    response.end(isPage ? '<script type="module" src="/page.js"></script>' : files.get((request.url ?? '').slice(1)))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const bound = server.address()
  address = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}/`
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

test('they weigh at most 60 KiB', () => {
  expect([...files.keys()]).toContain('alone.js')
  // All but the page's own few lines.
  const weighed = [...files].filter(([name]) => name !== 'page.js').map(([, bytes]) => brotliCompressSync(bytes).length)
  const weight = weighed.reduce((sum, size) => sum + size, 0)
  expect(weight).toBeGreaterThan(20 * 1024)
  expect(weight).toBeLessThan(BUDGET_BYTES)
})

for (const name of ['chromium', 'firefox'] as const) {
  const isMissing = (await findBrowser(name)) === null
  const missing = isMissing ? ': skipped, this machine has none' : ''
  test.skipIf(isMissing)(`two people talk in ${name}, until one is removed${missing}`, async () => {
    const browser = await launchBrowser(name)
    const page = await browser?.newPage()
    await page?.goto(address)
    await page?.waitForFunction(() => 'live' in globalThis)
    const heard = await page?.evaluate('globalThis.live()')
    await browser?.close()
    expect(heard).toEqual({ heard: 'alice: miao', afterRemoval: 'removed' })
  })
}
