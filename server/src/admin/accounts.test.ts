import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { CLOSE } from '@chatnip/protocol'
import { startTestServer } from '../testing.ts'
import type { TestDevice, TestServer } from '../testing.ts'
import { admin, adminJson } from './testing.ts'

/** The server looks for foreign changes once a second. */
const SOON_MS = 2_000

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

async function connect({ session }: TestDevice): Promise<WebSocket> {
  const socket = new WebSocket(`${server.address.replace('http', 'ws')}/socket`, {
    headers: { authorization: `Bearer ${session}` },
  })
  await once(socket, 'open')
  return socket
}

/** The close code, and when it came. */
async function closing(socket: WebSocket): Promise<{ readonly code: unknown; readonly at: number }> {
  const [code]: unknown[] = await once(socket, 'close')
  return { code, at: performance.now() }
}

const upload = (from: TestDevice, destname: string) =>
  server.post('upload_message', { destname, message_text: 'hello', timestamp: 1 }, from.session)

const fetchSome = (device: TestDevice) => server.post('download_messages', { after: 0 }, device.session)

test('listed by name with devices and what waits', async () => {
  const anna = await server.newDevice('Anna')
  await server.newDevice('Ben')
  await upload(anna, 'ben')
  const accounts = await adminJson(server.data, 'accounts list')
  expect(accounts).toEqual([
    { username: 'Anna', createdAt: expect.any(Number), disabled: false, devices: 1, waiting: 0, waitingBytes: 0 },
    { username: 'Ben', createdAt: expect.any(Number), disabled: false, devices: 1, waiting: 1, waitingBytes: 5 },
  ])
  const { out } = await admin(server.data, 'accounts list')
  expect(out[0]).toMatch(/^NAME +STATE +SINCE +DEVICES +WAITING +BYTES$/)
  expect(out[2]).toMatch(/^Ben +active +\d{4}-\d\d-\d\d \d\d:\d\d UTC +1 +1 +5$/)
})

test('a disabled account loses its connection soon, keeps what waits, and goes on when enabled again', async () => {
  const [carl, dora] = [await server.newDevice('carl'), await server.newDevice('dora')]
  const socket = await connect(carl)
  const bystander = await connect(dora)
  const closed = closing(socket)
  expect(await admin(server.data, 'accounts disable CARL')).toMatchObject({ code: 0, errors: [] })
  const done = performance.now()
  expect(await closed).toMatchObject({ code: CLOSE.session_over.code })
  expect((await closed).at - done).toBeLessThan(SOON_MS)
  expect(bystander.readyState).toBe(WebSocket.OPEN)
  expect((await fetchSome(carl)).status).toBe(403)
  expect((await upload(dora, 'carl')).status).toBe(200)

  expect(await admin(server.data, 'accounts enable carl')).toMatchObject({ code: 0 })
  await expect.poll(async () => (await fetchSome(carl)).status, { timeout: SOON_MS }).toBe(200)
  expect(await (await fetchSome(carl)).text()).toContain('hello')
  bystander.close()
})

describe('deleting', () => {
  test('asks for the name, and anything else deletes nothing', async () => {
    await server.newDevice('eve')
    const wrong = await admin(server.data, 'accounts delete eve', { ask: async () => 'yes' })
    expect(wrong).toMatchObject({ code: 1, errors: ['Nothing was deleted.'] })
    const alone = await admin(server.data, 'accounts delete eve')
    expect(alone).toMatchObject({ code: 1, errors: [expect.stringContaining('add --yes if you are sure')] })
    expect(await server.services.store.findAccount('eve')).not.toBeNull()
    const right = await admin(server.data, 'accounts delete eve', { ask: async () => ' Eve ' })
    expect(right).toMatchObject({ code: 0 })
    expect(await server.services.store.findAccount('eve')).toBeNull()
  })

  test('takes connection, waiting messages and picture with it', async () => {
    const [fay, gus] = [await server.newDevice('fay'), await server.newDevice('gus')]
    await upload(fay, 'gus')
    const picture = join(server.data, 'avatars', 'abc.webp')
    mkdirSync(join(server.data, 'avatars'), { recursive: true })
    writeFileSync(picture, 'a picture')
    const account = await server.services.store.findAccount('fay')
    await server.services.store.changeAccount(account?.account ?? 0, { avatar: 'abc' })
    const closed = closing(await connect(fay))
    expect(await admin(server.data, 'accounts delete fay --yes')).toMatchObject({ code: 0 })
    const done = performance.now()
    expect(await closed).toMatchObject({ code: CLOSE.session_over.code })
    expect((await closed).at - done).toBeLessThan(SOON_MS)
    expect(existsSync(picture)).toBe(false)
    expect(await (await fetchSome(gus)).text()).not.toContain('hello')
    expect((await upload(gus, 'fay')).status).toBe(404)
  })
})

test('a fresh-start code gives the name back once', async () => {
  await server.newDevice('hal')
  const { out } = await admin(server.data, 'accounts fresh-start hal')
  const code = out[0]?.replace('Code: ', '') ?? ''
  const wrapped_keys = { by_password: 'wrapped anew' }
  const recover = (fresh_start: string) =>
    server.post('recover_account', {
      username: 'hal',
      fresh_start,
      new_password: 'a new password',
      new_public_key: 'a new key',
      wrapped_keys,
    })
  expect((await recover('abcd-efgh-jkmn-pqrs-tuvw')).status).toBe(401)
  expect((await recover(code)).status).toBe(200)
  expect((await recover(code)).status).toBe(401)
  const account = await server.services.store.findAccount('hal')
  expect(account).toMatchObject({ publicKey: 'a new key', freshStart: null })
})

test('a fresh-start code lasts a day', async () => {
  await server.newDevice('ida')
  const now = () => Date.now() - 86_400_001
  const { out } = await admin(server.data, 'accounts fresh-start ida', { now })
  const body = { username: 'ida', new_password: 'p', new_public_key: 'k', wrapped_keys: { by_password: 'w' } }
  const late = await server.post('recover_account', { ...body, fresh_start: out[0]?.replace('Code: ', '') })
  expect(late.status).toBe(401)
})

test.each(['disable', 'enable', 'delete', 'fresh-start'])('%s of nobody is one sentence', async (what) => {
  const { code, errors } = await admin(server.data, `accounts ${what} nobody`)
  expect({ code, errors }).toEqual({ code: 1, errors: [expect.stringContaining('There is no account "nobody"')] })
})
