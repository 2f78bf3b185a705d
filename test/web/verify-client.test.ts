import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startTestServer } from '@chatnip/server/testing'
import { top } from '../../scripts/run.ts'
import { ensureWebBundle } from '../../scripts/bundles.ts'

const DIST = join(top, 'web/dist')

let folder: string
beforeAll(async () => {
  await ensureWebBundle()
  folder = await mkdtemp(join(tmpdir(), 'chatnip-verify-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the command as people do. */
const verify = (...args: readonly string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [join(top, 'scripts/verify-client.ts'), ...args], (_error, said) =>
      resolve({ code: child.exitCode ?? -1, said }),
    )
  })

/** A server whose files somebody has changed. @returns its address */
async function serve(change: (pages: string) => Promise<void>): Promise<string> {
  const pages = await mkdtemp(join(folder, 'pages-'))
  await cp(DIST, pages, { recursive: true })
  await change(pages)
  const server = await startTestServer({ pages })
  onTestFinished(() => server.stop())
  return server.address
}

const append = async (file: string, text: string) => writeFile(file, (await readFile(file, 'utf8')) + text)

test('a host that serves what this checkout makes', async () => {
  const { code, said } = await verify(await serve(async () => undefined))
  expect(said).toMatch(/serves exactly the web app of this checkout/u)
  expect(code).toBe(0)
})

test('one byte more in the page is told, for every address of it', async () => {
  const { code, said } = await verify(await serve((pages) => append(join(pages, 'index.html'), '\n')))
  expect(said).toMatch(/^\/index\.html: The host serves other bytes/mu)
  expect(said).toMatch(/^\/chats: The host serves other bytes/mu)
  expect(code).toBe(1)
})

test('another service worker, and a file that is gone, are told', async () => {
  const address = await serve(async (pages) => {
    await append(join(pages, 'sw.js'), ';')
    await rm(join(pages, 'favicon.svg'))
  })
  const { code, said } = await verify(address)
  expect(said).toMatch(/^\/sw\.js: The host serves other bytes/mu)
  expect(said).toMatch(/^\/favicon\.svg: The host answers 404/mu)
  expect(said).toMatch(/2 answers differ/u)
  expect(code).toBe(1)
})

test('no host, a senseless one, or one that is silent end with 2', async () => {
  expect((await verify()).code).toBe(2)
  expect((await verify('chat.example.org')).code).toBe(2)
  expect((await verify('file:///etc/passwd')).code).toBe(2)
  const { code, said } = await verify('http://127.0.0.1:1')
  expect(said).toMatch(/could not be found out/u)
  expect(code).toBe(2)
})
