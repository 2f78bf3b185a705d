import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS, RATES } from '@chatnip/protocol'
import { startTestServer, TEST_PASSWORD } from '../testing.ts'
import type { TestServer } from '../testing.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.newDevice('alice')
})
afterAll(() => server.stop())

const JSON_TYPE = { 'content-type': 'application/json' }

/** A request with exactly these headers. */
async function ask(path: string, init: RequestInit = {}) {
  const reply = await fetch(`${server.address}${path}`, { redirect: 'manual', ...init })
  return { status: reply.status, headers: reply.headers, text: await reply.text() }
}
const post = (
  path: string,
  body: string | Uint8Array<ArrayBuffer> | null,
  headers: Record<string, string> = JSON_TYPE,
) => ask(path, { method: 'POST', headers, body })

async function newSession(): Promise<string> {
  const { text } = await post('/authenticate', JSON.stringify({ username: 'alice', password: TEST_PASSWORD }))
  return JSON.parse(text).session_id
}

/** What fetch would never send. */
function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(server.address)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.end(request, 'latin1'))
    let text = ''
    socket.on('data', (bytes) => (text += bytes.toString('latin1')))
    socket.on('close', () => resolve(text))
    socket.on('error', () => resolve(text))
  })
}

describe('answers', () => {
  test('are a plain sentence, or JSON for who asks for it', async () => {
    const body = JSON.stringify({ username: 'nobody' })
    const plain = await post('/get_public_key', body)
    expect([plain.status, plain.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
    expect(plain.text).toBe('There is nobody of that name here. Check the spelling.')
    const json = await post('/get_public_key', body, { ...JSON_TYPE, accept: 'application/json, */*' })
    expect(JSON.parse(json.text)).toEqual({ error: { code: 'no_such_user', message: plain.text } })
    const other = await post('/get_public_key', body, { ...JSON_TYPE, accept: '*/*, application/json' })
    expect(other.text).toBe(plain.text)
  })

  test('never redirect when a session is over', async () => {
    const reply = await post('/upload_message', JSON.stringify({ destname: 'alice', message_text: 'x', timestamp: 1 }))
    expect(reply.status).toBe(401)
    expect(reply.headers.get('location')).toBeNull()
  })

  test('carry the security headers, errors and pictures too', async () => {
    const replies = [await ask('/docs'), await ask('/nowhere'), await post('/authenticate', '{'), await ask('/healthz')]
    for (const { headers } of replies) {
      expect(headers.get('content-security-policy')).toContain(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
      )
      expect(headers.get('content-security-policy')).toContain("require-trusted-types-for 'script'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('strict-transport-security')).toBeNull()
      expect(headers.get('access-control-allow-origin')).toBeNull()
      expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull()
    }
    const picture = await ask('/avatars/default/alice.svg')
    expect(picture.headers.get('content-security-policy')).toContain('sandbox')
  })

  test('of the API are never kept by a cache', async () => {
    for (const reply of [await ask('/get_server_info'), await post('/get_avatar', '{"username":"x"}')])
      expect(reply.headers.get('cache-control')).toBe('no-store')
  })

  test('the original’s pages lead to ours', async () => {
    for (const [old, now] of [
      ['/login_page', '/login'],
      ['/signup_page', '/signup'],
      ['/user_home', '/chats'],
    ] as const) {
      const { status, headers } = await ask(old)
      expect([status, headers.get('location')]).toEqual([302, now])
    }
  })
})

test('a conversation with a name that has a dot is a page, a file that is not there is not', async () => {
  const accept = { headers: { accept: 'text/html' } }
  const statuses = ['/chats/bob.o', '/chats/bob', '/bob.js'].map(async (path) => (await ask(path, accept)).status)
  const [dotted, plain, file] = await Promise.all(statuses)
  expect(dotted).toBe(plain)
  expect(file).toBe(404)
})

describe('hostile input gets a 4xx', () => {
  test.each([
    ['not JSON', '{"username"'],
    ['another kind of JSON', '[]'],
    ['a number', '7'],
    ['null', 'null'],
    ['an unknown field', '{"username":"alice","password":"x","more":1}'],
    ['__proto__', '{"username":"alice","password":"x","__proto__":{"a":1}}'],
    ['constructor', '{"username":"alice","password":"x","constructor":{"prototype":{}}}'],
    ['a wrong type', '{"username":["alice"],"password":"x"}'],
    ['a name with a line break', '{"username":"alice\\n","password":"x"}'],
    ['a path as a name', '{"username":"../alice","password":"x"}'],
    ['too long a password', JSON.stringify({ username: 'alice', password: 'x'.repeat(LIMITS.passwordCharacters + 1) })],
    ['half a character', '{"username":"alice","password":"\\ud800"}'],
    ['great depth', '['.repeat(100_000)],
  ])('%s', async (_what, body) => {
    expect((await post('/authenticate', body)).status).toBe(400)
  })

  test('broken UTF-8, too much, another type, none', async () => {
    expect((await post('/authenticate', new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(400)
    expect((await post('/authenticate', ' '.repeat(LIMITS.requestBytes + 1))).status).toBe(413)
    expect(
      (await post('/authenticate', 'username=alice', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(415)
    expect((await post('/authenticate', '{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post('/upload_avatar', '{}')).status).toBe(415)
    expect((await post('/get_server_info', null, {})).status).toBe(200)
  })

  test('wrong methods and unknown paths', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'])
      expect((await ask('/create_user', { method })).status).toBe(404)
    expect((await ask('/download_messages', { method: 'HEAD' })).status).toBe(404)
    for (const path of [
      '/%',
      '/..%2f..%2fetc/passwd',
      '/avatars/..%2fchatnip.sqlite',
      '/avatars/default/%2e%2e',
      '/.sources',
    ])
      expect((await ask(path)).status).toBeGreaterThanOrEqual(400)
    expect((await ask('/__proto__')).status).toBe(404)
  })

  test('what is hardly HTTP', async () => {
    const bad = [
      'NONSENSE\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
    ]
    for (const request of bad) expect(await raw(request)).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect((await ask('/healthz')).text).toBe('OK')
  })
})

describe('sessions', () => {
  test('come in the body, as a cookie, or as Bearer', async () => {
    const id = await newSession()
    expect(id).toMatch(/^[A-Za-z0-9]{32}$/)
    const empty = async (init: RequestInit) => (await ask('/download_messages', init)).status
    expect(await empty({ method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ session_id: id }) })).toBe(200)
    expect(await empty({ headers: { cookie: `username=alice; session_id=${id}` } })).toBe(200)
    expect(await empty({ headers: { cookie: `a=b; __Host-session_id=${id}` } })).toBe(200)
    expect(await empty({ headers: { authorization: `Bearer ${id}` } })).toBe(200)
    expect(await empty({ headers: {} })).toBe(401)
    expect((await ask(`/download_messages?session_id=${id}`)).status).toBe(401)
  })

  test('belong to the name that is given, without case', async () => {
    await server.newDevice('mallory')
    const id = await newSession()
    const as = async (username: string) =>
      (await post('/download_messages', JSON.stringify({ session_id: id, username }))).status
    expect([await as('ALICE'), await as('mallory')]).toEqual([200, 401])
    const cookie = `username=mallory; session_id=${id}`
    expect((await ask('/download_messages', { headers: { cookie } })).status).toBe(401)
  })

  test('for browsers travel in an HttpOnly cookie only', async () => {
    const body = JSON.stringify({
      username: 'alice',
      password: TEST_PASSWORD,
      device: { name: 'browser' },
      cookie: true,
    })
    const { headers, text } = await post('/authenticate', body)
    expect(JSON.parse(text)).toEqual({ device_id: expect.any(String), username: 'alice' })
    const cookie = headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^session_id=[A-Za-z0-9]{32}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
    const own = { ...JSON_TYPE, cookie: cookie.split(';')[0] ?? '' }
    const ended = await post('/end_session', '{}', own)
    expect(ended.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await post('/list_devices', '{}', own)).status).toBe(401)
  })

  test('are refused when another site sends them', async () => {
    const cookie = `session_id=${await newSession()}`
    const from = async (headers: Record<string, string>) =>
      (await ask('/download_messages', { headers: { cookie, ...headers } })).status
    expect(await from({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await from({ 'sec-fetch-site': 'same-site' })).toBe(403)
    expect(await from({ origin: 'https://evil.example' })).toBe(403)
    expect(await from({ origin: 'null' })).toBe(403)
    expect(await from({ 'sec-fetch-site': 'none' })).toBe(200)
    expect(await from({ 'sec-fetch-site': 'same-origin', origin: server.address })).toBe(200)
  })
})

describe('a request that offers another protocol', () => {
  const offering = (path: string, protocol: string) =>
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\n` +
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'

  test('is answered in HTTP/1.1 when it is not a WebSocket', async () => {
    expect(await raw(offering('/get_server_info', 'h2c'))).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('is closed by the server after a refusal, though the client holds on', async () => {
    const { hostname, port } = new URL(server.address)
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    socket.on('error', () => undefined).resume()
    socket.write(offering('/socket', 'websocket'))
    await once(socket, 'end')
    // What is written to a connection that is gone comes back as an error; to one that is kept, for ever not.
    const writeOn = () => socket.write('x', (error) => (error ? undefined : setImmediate(writeOn)))
    writeOn()
    await new Promise((resolve) => socket.once('close', resolve))
    expect(socket.destroyed).toBe(true)
  }, 3_000)
})

test('a link that somebody follows, in a message too, neither empties the mailbox nor deletes the avatar', async () => {
  const [{ session }, writer] = [await server.newDevice('reader'), await server.newDevice('writer')]
  const cookie = `session_id=${session}`
  await server.post('upload_message', { destname: 'reader', message_text: 'precious', timestamp: 1 }, writer.session)
  const follow = async (path: string, headers: Record<string, string>) =>
    (await ask(path, { headers: { cookie, accept: 'text/html', ...headers } })).status
  for (const site of ['none', 'same-origin'])
    for (const path of ['/download_messages', '/download_messages?after=9007199254740991', '/delete_avatar']) {
      expect(await follow(path, { 'sec-fetch-site': site, 'sec-fetch-dest': 'document' })).toBe(403)
      expect(await follow(path, { 'sec-fetch-site': site, 'sec-fetch-dest': 'image' })).toBe(403)
    }
  const called = { cookie, 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' }
  expect((await ask('/download_messages', { headers: called })).text).toContain('precious')
})

test('strangers who upload slowly hold little memory and keep nobody with a session from uploading', async () => {
  const { session } = await server.newDevice('painter')
  const { hostname, port } = new URL(server.address)
  const slow = Array.from({ length: 20 }, () => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined).resume()
    socket.write(
      'POST /upload_avatar HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n' +
        '--b\r\nContent-Disposition: form-data; name="avatar"; filename="x"\r\n\r\n',
    )
    return socket
  })
  const upload = async (headers: Record<string, string>) => {
    const body = new FormData()
    body.append('avatar', new Blob(['no picture']))
    return (await fetch(`${server.address}/upload_avatar`, { method: 'POST', headers, body })).status
  }
  await expect.poll(() => upload({})).toBe(429)
  expect(await upload({ authorization: `Bearer ${session}` })).toBe(400)
  slow.forEach((socket) => socket.destroy())
  await expect.poll(() => upload({})).toBe(401)
})

describe('behind a proxy', () => {
  test('its word counts only when it was named', async () => {
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example.org', ...JSON_TYPE }
    const linkFrom = async ({ address }: TestServer) => {
      const reply = await fetch(`${address}/get_avatar`, {
        method: 'POST',
        headers: forwarded,
        body: '{"username":"alice"}',
      })
      return { hsts: reply.headers.get('strict-transport-security'), ...JSON.parse(await reply.text()) }
    }
    expect(await linkFrom(server)).toEqual({ hsts: null, avatar: `${server.address}/avatars/default/alice.svg` })
    const proxied = await startTestServer({ env: { CHATNIP_TRUST_PROXY: 'loopback' } })
    expect(await linkFrom(proxied)).toEqual({
      hsts: 'max-age=63072000; includeSubDomains',
      avatar: 'https://chat.example.org/avatars/default/alice.svg',
    })
    await proxied.stop()
  })

  test('a public https address makes cookies Secure and is the only origin', async () => {
    const secure = await startTestServer({ env: { CHATNIP_PUBLIC_URL: 'https://chat.example.org' } })
    await secure.newDevice('alice')
    const logIn = (origin: string) =>
      fetch(`${secure.address}/authenticate`, {
        method: 'POST',
        headers: { ...JSON_TYPE, origin },
        body: JSON.stringify({ username: 'alice', password: TEST_PASSWORD, cookie: true }),
      })
    expect((await logIn(secure.address)).status).toBe(403)
    const cookie = (await logIn('https://chat.example.org')).headers.get('set-cookie')
    expect(cookie).toMatch(/^__Host-session_id=\w{32}; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
    await secure.stop()
  })

  test('callers are told apart by the last address that is no proxy', async () => {
    const limited = await startTestServer({ rateLimits: true, env: { CHATNIP_TRUST_PROXY: 'loopback' } })
    const ask30 = async (chain: (i: number) => string) => {
      const replies = []
      for (let i = 0; i < 31; i += 1)
        replies.push(
          (await fetch(`${limited.address}/get_fill_in_the_blanks`, { headers: { 'x-forwarded-for': chain(i) } }))
            .status,
        )
      return replies.filter((status) => status === 429).length
    }
    expect(await ask30((i) => `192.0.2.${i}`)).toBe(0)
    expect(await ask30((i) => `192.0.2.${i}, 198.51.100.1, 127.0.0.1`)).toBe(1)
    await limited.stop()
  })
})

describe('guessing without end', () => {
  const from = (server: TestServer, address: string, body: object) =>
    fetch(`${server.address}/authenticate`, {
      method: 'POST',
      headers: { ...JSON_TYPE, 'x-forwarded-for': address },
      body: JSON.stringify(body),
    })
  const startLimited = () => startTestServer({ rateLimits: true, env: { CHATNIP_TRUST_PROXY: 'loopback' } })

  test('from one address under many names leaves the others their turn', async () => {
    const limited = await startLimited()
    await limited.newDevice('alice')
    const { burst } = RATES.guesses
    const statuses = []
    for (let i = 0; i < burst + 20; i += 1)
      statuses.push((await from(limited, '192.0.2.1', { username: `name${i}`, password: 'x' })).status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(15)
    expect((await from(limited, '192.0.2.2', { username: 'alice', password: TEST_PASSWORD })).status).toBe(200)
    await limited.stop()
  })

  test('from everywhere under one name does not lock out the owner’s own device', async () => {
    const limited = await startLimited()
    const { deviceId: id } = await limited.newDevice('alice')
    for (let i = 0; i < RATES.log_in_failures.burst; i += 1)
      await from(limited, `198.51.100.${i}`, { username: 'ALICE', password: 'x' })
    const logIn = async (device: object) =>
      (await from(limited, '192.0.2.2', { username: 'alice', password: TEST_PASSWORD, device })).status
    expect(await logIn({ name: 'new' })).toBe(429)
    expect(await logIn({ name: 'no such', id: 'x'.repeat(32) })).toBe(429)
    expect(await logIn({ name: 'own', id })).toBe(200)
    await limited.stop()
  })
})

test('guessing a password is slowed down by name and address, and says for how long', async () => {
  const limited = await startTestServer({ rateLimits: true })
  const { session } = await limited.newDevice('alice')
  const guess = async () => limited.post('authenticate', { username: 'Alice', password: 'wrong' })
  const replies = []
  for (let i = 0; i < 12; i += 1) replies.push(await guess())
  expect(replies.map(({ status }) => status)).toEqual([...Array.from({ length: 9 }, () => 401), 429, 429, 429])
  expect(Number(replies.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await limited.post('list_devices', {}, session)).status).toBe(200)
  await limited.stop()
})

test('what a server knows of somebody is told a few times a minute, since it takes reading', async () => {
  const limited = await startTestServer({ rateLimits: true })
  const { session } = await limited.newDevice('alice')
  const statuses: number[] = []
  for (let i = 0; i < 8; i += 1) statuses.push((await limited.post('what_is_known', {}, session)).status)
  expect(statuses).toEqual([...Array.from({ length: 6 }, () => 200), 429, 429])
  await limited.stop()
})
