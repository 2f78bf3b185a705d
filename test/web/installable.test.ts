import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { top } from '../../scripts/run.ts'
import { ensureWebBundle } from '../../scripts/bundles.ts'

interface Manifest {
  readonly background_color: string
  readonly theme_color: string
  readonly icons: readonly { readonly src: string; readonly sizes: string; readonly type: string; purpose: string }[]
}

let server: TestServer
beforeAll(async () => {
  await ensureWebBundle()
  server = await startTestServer()
})
afterAll(() => server.stop())

const get = (path: string): Promise<Response> => fetch(server.address + path)
const readManifest = async (): Promise<Manifest> => JSON.parse(await (await get('/manifest.webmanifest')).text())

/** Width and height as the file itself says them (PNG specification, section 11.2.1). */
const sizeOfPng = (bytes: Buffer): string => `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`

test('the server hands out the manifest, its icons and the service worker as what they are', async () => {
  const manifest = await get('/manifest.webmanifest')
  expect(manifest.headers.get('content-type')).toBe('application/manifest+json; charset=utf-8')
  expect(manifest.headers.get('content-security-policy')).toContain("manifest-src 'self'")
  const worker = await get('/sw.js')
  expect(worker.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  expect(worker.headers.get('cache-control')).toBe('no-cache')
  expect(worker.headers.get('content-security-policy')).toContain("worker-src 'self'")
  const list = await get('/.well-known/chatnip-client.json')
  expect(list.headers.get('content-type')).toBe('application/json; charset=utf-8')
})

test('each icon is there, of the type and size that the manifest says', async () => {
  const { icons } = await readManifest()
  expect(icons.map(({ purpose }) => purpose)).toContain('maskable')
  for (const { src, sizes, type } of icons) {
    const reply = await get(src)
    const bytes = Buffer.from(await reply.arrayBuffer())
    const found = [reply.headers.get('content-type'), type === 'image/png' ? sizeOfPng(bytes) : 'any']
    expect([src, ...found]).toEqual([src, type, sizes])
  }
})

test('the colours around the app are those of its ground', async () => {
  const tokens = await readFile(join(top, 'web/src/styles/tokens.css'), 'utf8')
  const [, light, dark] = /--ground: light-dark\((#\w+), (#\w+)\)/u.exec(tokens) ?? []
  const page = await (await get('/index.html')).text()
  const { background_color: ground, theme_color: theme } = await readManifest()
  expect([ground, theme]).toEqual([light, light])
  expect(page).toContain(`content="${light}" media="(prefers-color-scheme: light)"`)
  expect(page).toContain(`content="${dark}" media="(prefers-color-scheme: dark)"`)
})
