import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { databaseFile, readConfig } from '../config.ts'
import { startTestServer } from '../testing.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkFiles } from './doctor/files.ts'
import type { Finding } from './doctor/finding.ts'
import { checkFolder } from './doctor/folder.ts'
import { checkClock, checkNode } from './doctor/machine.ts'
import { checkProxy } from './doctor/proxy.ts'
import { checkServer } from './doctor/server.ts'
import { checkSettings } from './doctor/settings.ts'
import { admin } from './testing.ts'

const AS_ROOT = process.getuid?.() === 0

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chatnip-doctor-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const texts = (findings: readonly Finding[]) =>
  findings.map(({ verdict, sentence }) => `${verdict} ${sentence}`).join('\n')
const proxy = (env: Record<string, string>) => texts(checkProxy(readConfig(env)))

test('beside a running server all is well', async () => {
  const server = await startTestServer({ rateLimits: true })
  const { code, out } = await admin(server.data, 'doctor', { env: { PORT: new URL(server.address).port } })
  expect(code).toBe(0)
  expect(out.filter((line) => line.startsWith('bad'))).toEqual([])
  expect(out.join('\n')).toContain(`The server at ${server.address} answers and can store.`)
  expect(out.join('\n')).toContain('The database is whole.')
  await server.stop()
})

describe('settings', () => {
  test('each bad one is told, and the rest is looked at all the same', () => {
    const { findings, config } = checkSettings({ PORT: 'x', CHATNIP_SIGNUP: 'maybe', HOST: '0.0.0.0' })
    expect(texts(findings)).toMatch(/^bad PORT must.*\nbad CHATNIP_SIGNUP must/)
    expect(config).toMatchObject({ port: 5000, signup: 'open', host: '0.0.0.0' })
  })

  test('a misspelt one, missing questions, and rate limits off', () => {
    const { findings } = checkSettings({
      CHATNIP_SINGUP: 'open',
      CHATNIP_QUESTIONS: '/nowhere',
      CHATNIP_RATE_LIMITS: 'off',
    })
    expect(texts(findings)).toContain('look CHATNIP_SINGUP is no setting')
    expect(texts(findings)).toContain('bad The file /nowhere')
    expect(texts(findings)).toContain('look CHATNIP_RATE_LIMITS is off')
  })
})

describe('how people reach the server', () => {
  test('browsers need https', () => {
    expect(proxy({ CHATNIP_PUBLIC_URL: 'http://chat.example.org' })).toMatch(/^bad .*browsers will not open/)
    expect(proxy({ HOST: '192.168.1.5' })).toMatch(/^look .*browsers will not open/)
    expect(proxy({ CHATNIP_PUBLIC_URL: 'http://localhost:5000' })).toMatch(/^ok/)
    expect(proxy({})).toMatch(/^ok Chatnip is for this machine only/)
  })

  test('proxy headers', () => {
    const url = { CHATNIP_PUBLIC_URL: 'https://chat.example.org' }
    expect(proxy(url)).toContain('look CHATNIP_PUBLIC_URL is https but CHATNIP_TRUST_PROXY is off')
    expect(proxy({ ...url, CHATNIP_TRUST_PROXY: 'loopback' })).toBe('ok People open https://chat.example.org.')
    expect(proxy({ ...url, CHATNIP_TRUST_PROXY: '10.0.0.2', HOST: '0.0.0.0' })).toContain(
      'look HOST is 0.0.0.0 although',
    )
  })
})

describe('folder and database', () => {
  test('a missing folder, and one that others may enter', () => {
    expect(texts(checkFolder(join(folder, 'not')))).toMatch(/^bad .*is not there/)
    chmodSync(folder, 0o755)
    expect(texts(checkFolder(folder))).toContain(`(mode 755). Run: chmod 700 ${folder}`)
    chmodSync(folder, 0o750)
    expect(texts(checkFolder(folder))).toContain('look The group may enter')
    chmodSync(folder, 0o700)
    expect(texts(checkFolder(folder))).toContain("is its owner's alone")
    expect(texts(checkFolder(folder))).toContain('of disk are free.')
  })

  test('whose folder it is', () => {
    const { uid } = statSync(folder)
    expect(texts(checkFolder(folder, uid + 1_000))).toContain(`belongs to another user (number ${uid})`)
  })

  test('a file that is no database', async () => {
    const file = databaseFile(folder)
    expect(texts((await checkDatabase(file)).findings)).toContain('look There is no database')
    writeFileSync(file, 'not a database, '.repeat(1_000), { mode: 0o644 })
    const { findings } = await checkDatabase(file)
    expect(texts(findings)).toContain('look Others could read')
    expect(texts(findings)).toContain('does not open: file is not a database')
  })
})

describe('pictures and blobs', () => {
  const check = async (env: Record<string, string> = {}, me?: number) =>
    texts(await checkFiles(readConfig({ CHATNIP_DATA: folder, ...env }), me))

  test('it is tried whether they can be stored, and nothing is left of that', async () => {
    expect(await check()).toBe(`ok Pictures and blobs can be stored in ${folder}.`)
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(join(folder, 'blobs'), 'no folder')
    expect(await check({ CHATNIP_FILES: join(folder, 'nothing') })).toMatch(/^bad .* is not there/)
  })

  test('for root there is only something to look at, where the place is another user’s', async () => {
    if (AS_ROOT) chownSync(folder, 1_000, 1_000)
    expect(await check({}, 0)).toMatch(/^look .*Run this command as the user of the server/)
    expect(readdirSync(folder)).toEqual([])
  })

  test.skipIf(!AS_ROOT)('a folder that somebody else has made is found', async () => {
    chownSync(folder, 1_000, 1_000)
    mkdirSync(join(folder, 'blobs', '00'), { recursive: true })
    chownSync(join(folder, 'blobs'), 1_000, 1_000)
    expect(await check({}, 0)).toMatch(/^bad .*blobs\/00 belongs to user number 0.* chown -R 1000/)
  })

  test.skipIf(!AS_ROOT)('nobody is told to give a folder to root', async () => {
    // A share that root has mounted, and in it what the server has made.
    const share = mkdtempSync(join(tmpdir(), 'chatnip-share-'))
    mkdirSync(join(share, 'blobs'))
    chownSync(join(share, 'blobs'), 1_000, 1_000)
    expect(await check({ CHATNIP_FILES: share }, 0)).toMatch(/^ok/)
    chownSync(folder, 1_000, 1_000)
    expect(await check({ CHATNIP_FILES: share }, 0)).toMatch(/^look .*as the user of the server/)
    rmSync(share, { recursive: true })
  })
})

describe('machine', () => {
  test('the clock may not stand before what was written', () => {
    const now = Date.UTC(2026, 10, 22)
    expect(checkClock(now, [now - 5, now + 30_000]).verdict).toBe('ok')
    expect(checkClock(now, [now + 3_600_000])).toMatchObject({
      verdict: 'bad',
      sentence: expect.stringContaining('01:00 UTC'),
    })
  })

  test('an old Node', () => {
    expect(checkNode('20.19.2').verdict).toBe('bad')
    expect(checkNode('24.0.0').verdict).toBe('ok')
    expect(checkNode('100.1.0').verdict).toBe('ok')
  })
})

test('what answers at the port may be nobody, somebody else, or a server that cannot store', async () => {
  let status = 503
  const other = createServer((_request, reply) => reply.writeHead(status).end('what?'))
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  const check = () => checkServer(readConfig({ PORT: String(port) }))
  expect(await check()).toMatchObject({ verdict: 'bad', sentence: expect.stringContaining('cannot store') })
  status = 200
  expect(await check()).toMatchObject({ verdict: 'look', sentence: expect.stringContaining('not Chatnip') })
  await new Promise((resolve) => {
    other.close(resolve)
    other.closeAllConnections()
  })
  expect(await check()).toMatchObject({ verdict: 'look', sentence: expect.stringContaining('No server answers') })
})
