import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ENDPOINT_NAMES } from '@chatnip/protocol'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { WebSocket } from 'ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, codeOf, exchange } from './kit/exchange.ts'
import type { Answer } from './kit/exchange.ts'
import { makePerson, messageTo, must, uploadAvatar } from './kit/people.ts'
import type { Person } from './kit/people.ts'
import { askWith, deviceFor, makeTwo, rowOf, SAMPLES } from './kit/samples.ts'

const ASSETS = fileURLToPath(new URL('../../web/dist/assets', import.meta.url))

type Headers = Readonly<Record<string, string>>

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const cookies = ({ session, name }: Person): Headers => ({ cookie: `session_id=${session}; username=${name}` })

/** What a browser adds to requests that other sites cause, and to those of our own page. */
const foreign: Readonly<Record<string, Headers>> = {
  'a form of another site': {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    origin: 'https://evil.example',
  },
  'a picture of another site': {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'no-cors',
    'sec-fetch-dest': 'image',
  },
  'another host of the same site': { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' },
  'an older browser': { origin: 'https://evil.example' },
  'a sandboxed frame': { origin: 'null' },
  'another port': { origin: 'http://127.0.0.1:1' },
  'another scheme': { origin: 'https://127.0.0.1' },
  'an unknown kind of site': { 'sec-fetch-site': 'who-knows' },
}
const own = (address: string): readonly Headers[] => [
  { 'sec-fetch-site': 'same-origin', origin: address },
  { 'sec-fetch-site': 'none' },
  { origin: address },
  {},
]

describe.each(ENDPOINT_NAMES)('%s', (name) => {
  test.each(Object.entries(foreign))('is refused to %s', async (_what, headers) => {
    const { alice } = await makeTwo(server.address)
    must(await call(server.address, 'upload_message', messageTo(alice.name, 'still here'), { session: alice.session }))
    for (const method of rowOf(name).methods) {
      const answer =
        method === 'GET'
          ? await exchange(server.address, {
              method,
              path: `/${name}`,
              headers: { accept: 'application/json', ...cookies(alice), ...headers },
            })
          : await askWith(server.address, name, {}, { headers: { ...cookies(alice), ...headers } })
      expect([method, answer.status, codeOf(answer)]).toEqual([method, 403, 'cross_site'])
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
    const mail = await call(server.address, 'download_messages', {}, { session: alice.session })
    expect(mail.text).toContain('still here')
  })

  test('is answered to our own page and to programs', async () => {
    for (const headers of own(server.address)) {
      const two = await makeTwo(server.address, deviceFor(name))
      const answer = await askWith(server.address, name, await SAMPLES[name].valid(two), {
        headers: { ...cookies(two.alice), ...headers },
      })
      expect([headers, answer.status]).toEqual([headers, 200])
    }
  })

  test('answers no preflight', async () => {
    const headers = {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    }
    const answer = await exchange(server.address, { method: 'OPTIONS', path: `/${name}`, headers })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(Object.keys(answer.headers).filter((header) => header.startsWith('access-control'))).toEqual([])
  })
})

test('a name that a stranger points at us (DNS rebinding) is no address of ours', async () => {
  const { alice } = await makeTwo(server.address)
  const rebound = { host: 'evil.example', origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' }
  // Without a public URL the host that is asked for is believed, and no cookie of ours is ever sent to it.
  expect(
    (await askWith(server.address, 'list_sessions', {}, { headers: { ...cookies(alice), ...rebound } })).status,
  ).toBe(200)
  const bound = await startTestServer({ env: { CHATNIP_PUBLIC_URL: 'https://chat.example.org' } })
  try {
    const bob = await makePerson(bound.address, 'bob')
    const asked = (headers: Headers) =>
      askWith(bound.address, 'list_sessions', {}, { headers: { ...cookies(bob), ...headers } })
    expect(codeOf(await asked(rebound))).toBe('cross_site')
    expect(codeOf(await asked({ origin: bound.address }))).toBe('cross_site')
    expect((await asked({ origin: 'https://chat.example.org', 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  } finally {
    await bound.stop()
  }
})

describe('the socket', () => {
  /** The status of a refused upgrade, or 101. */
  async function upgrade(address: string, headers: Headers, path = '/socket'): Promise<number> {
    const socket = new WebSocket(`${address.replace('http', 'ws')}${path}`, { headers })
    const opened = once(socket, 'open').then(() => 101)
    const refused = once(socket, 'unexpected-response').then((args): number => {
      const response: IncomingMessage = args[1]
      return response.statusCode ?? 0
    })
    const status = await Promise.race([opened, refused])
    socket.on('error', () => undefined)
    socket.terminate()
    return status
  }

  test.each(Object.entries(foreign))('is refused to %s', async (_what, headers) => {
    const alice = await makePerson(server.address, 'alice', 'a browser')
    expect(await upgrade(server.address, { ...cookies(alice), ...headers })).toBe(403)
  })

  test('is open to our own page by cookie, and to programs by Bearer', async () => {
    const alice = await makePerson(server.address, 'alice', 'a browser')
    expect(await upgrade(server.address, { ...cookies(alice), origin: server.address })).toBe(101)
    expect(await upgrade(server.address, { authorization: `Bearer ${alice.session}` })).toBe(101)
  })

  test('a cookie without an Origin, no session, a plain session, another path are refused', async () => {
    const alice = await makePerson(server.address, 'alice', 'a browser')
    const plain = await makePerson(server.address, 'plain')
    const bearer = { authorization: `Bearer ${alice.session}` }
    expect(await upgrade(server.address, cookies(alice))).toBe(403)
    expect(await upgrade(server.address, {})).toBe(401)
    expect(await upgrade(server.address, { origin: server.address })).toBe(401)
    expect(await upgrade(server.address, { authorization: `Bearer ${'x'.repeat(32)}` })).toBe(401)
    expect(await upgrade(server.address, { authorization: `Bearer ${plain.session}` })).toBe(403)
    expect(
      await upgrade(server.address, {
        ...cookies(alice),
        cookie: `session_id=${alice.session}; username=${plain.name}`,
        origin: server.address,
      }),
    ).toBe(401)
    expect(await upgrade(server.address, bearer, '/')).toBe(404)
    expect(await upgrade(server.address, bearer, '/socket/x')).toBe(404)
  })

  test('a session in the address is none', async () => {
    const alice = await makePerson(server.address, 'alice', 'a browser')
    expect(await upgrade(server.address, {}, `/socket?session_id=${alice.session}`)).toBe(401)
    const answer = await exchange(server.address, {
      method: 'GET',
      path: `/download_messages?session_id=${alice.session}`,
      headers: {},
    })
    expect(answer.status).toBe(401)
  })
})

describe('cookies', () => {
  async function cookieOf(
    address: string,
    request: { readonly headers?: Headers; readonly device?: boolean } = {},
  ): Promise<string> {
    const alice = await makePerson(address, 'alice')
    const device = request.device === true ? { device: { name: 'a browser' } } : {}
    const body = { username: alice.name, password: alice.password, cookie: true, ...device }
    const answer = must(await call(address, 'authenticate', body, { headers: { ...request.headers } }))
    expect(answer.text).not.toContain('session_id')
    const [cookie = '', ...more] = answer.headers['set-cookie'] ?? []
    expect(more).toEqual([])
    return cookie.replace(/=[A-Za-z0-9]{32};/, '=<id>;')
  }

  test('on plain http: HttpOnly, SameSite=Strict, a plain name', async () => {
    expect(await cookieOf(server.address)).toBe('session_id=<id>; Path=/; HttpOnly; SameSite=Strict')
    expect(await cookieOf(server.address, { device: true })).toBe(
      'session_id=<id>; Path=/; HttpOnly; SameSite=Strict; Max-Age=34560000',
    )
  })

  test('behind a trusted proxy with https, and with a public URL: Secure, bound to the host', async () => {
    const secure = '__Host-session_id=<id>; Path=/; HttpOnly; SameSite=Strict; Secure'
    const proxied = await startTestServer({ env: { CHATNIP_TRUST_PROXY: 'loopback' } })
    const named = await startTestServer({ env: { CHATNIP_PUBLIC_URL: 'https://chat.example.org' } })
    try {
      const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'chat.example.org' }
      expect(await cookieOf(proxied.address, { headers })).toBe(secure)
      expect(await cookieOf(proxied.address)).toBe('session_id=<id>; Path=/; HttpOnly; SameSite=Strict')
      expect(await cookieOf(named.address)).toBe(secure)
    } finally {
      await Promise.all([proxied.stop(), named.stop()])
    }
  })

  test('headers of a proxy that nobody named mean nothing', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }
    expect(await cookieOf(server.address, { headers })).toBe('session_id=<id>; Path=/; HttpOnly; SameSite=Strict')
    const avatar = must(await call(server.address, 'get_avatar', { username: 'nobody' }, { headers }))
    expect(avatar.text).toContain(`${server.address}/avatars/`)
  })

  test('logging out and deleting the account take the cookie away; plain authenticate sets none', async () => {
    const alice = await makePerson(server.address, 'alice')
    const [answer, bob] = [
      await askWith(server.address, 'end_session', {}, { headers: cookies(alice) }),
      await makePerson(server.address, 'bob'),
    ]
    expect(answer.headers['set-cookie']).toEqual(['session_id=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0'])
    const deleted = await askWith(server.address, 'delete_user', { password: bob.password }, { headers: cookies(bob) })
    expect(deleted.headers['set-cookie']).toEqual(['session_id=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0'])
    const plain = await makePerson(server.address, 'plain')
    const login = await call(server.address, 'authenticate', { username: plain.name, password: plain.password })
    expect(login.headers['set-cookie']).toBeUndefined()
  })

  test('a __Host- cookie is a session like the plain one', async () => {
    const alice = await makePerson(server.address, 'alice')
    const answer = await askWith(
      server.address,
      'list_sessions',
      {},
      { headers: { cookie: `__Host-session_id=${alice.session}` } },
    )
    expect(answer.status).toBe(200)
  })
})

describe('security headers', () => {
  const get = (path: string, headers: Headers = {}) => exchange(server.address, { method: 'GET', path, headers })
  /** Those that say what a browser may do; what changes with each answer (dates, lengths, tags) says nothing. */
  const notable = ({ headers, status }: Answer) => ({
    status,
    ...Object.fromEntries(
      Object.entries(headers)
        .filter(
          ([name]) =>
            !['date', 'content-length', 'connection', 'keep-alive', 'last-modified', 'etag', 'accept-ranges'].includes(
              name,
            ),
        )
        .toSorted(([a], [b]) => a.localeCompare(b)),
    ),
  })

  /** One path for each kind of route. */
  const routes: Readonly<Record<string, () => Promise<Answer>>> = {
    'the API': () => get('/get_server_info'),
    'a refusal of the API': () => get('/download_messages'),
    'a method that is not there': () => get('/authenticate'),
    'not there': () => get('/no/such/thing'),
    'not there, asked for by a person': () => get('/avatars/none', { accept: 'text/html' }),
    docs: () => get('/docs', { accept: 'text/html' }),
    'the documented API': () => get('/docs/openapi.json'),
    'a default picture': () => get('/avatars/default/alice.svg'),
    'an uploaded picture': async () => {
      const alice = await makePerson(server.address, 'alice')
      must(await uploadAvatar(server.address, alice.session))
      const { avatar }: { avatar: string } = JSON.parse(
        (await call(server.address, 'get_avatar', { username: alice.name })).text,
      )
      return get(new URL(avatar).pathname)
    },
    'the original’s page': () => get('/login_page', { accept: 'text/html' }),
  }

  test('each answer carries what every answer carries', async () => {
    expect(notable(await get('/healthz'))).toMatchSnapshot()
  })

  test.each(Object.entries(routes))('%s: the same, but for', async (_kind, fetched) => {
    const usual: Record<string, unknown> = notable(await get('/healthz'))
    const here: Record<string, unknown> = notable(await fetched())
    const other = Object.entries(here).filter(([name, value]) => usual[name] !== value)
    const lacking = Object.keys(usual).filter((name) => !Object.hasOwn(here, name))
    expect({ ...Object.fromEntries(other), lacking }).toMatchSnapshot()
  })

  const [asset] = existsSync(ASSETS) ? readdirSync(ASSETS).filter((file) => file.endsWith('.js')) : []
  test.skipIf(asset === undefined)('a script of the app (when the web bundle is built)', async () => {
    const { headers, status } = await get(`/assets/${asset}`)
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
  })

  test('a page, built or not, may do what the app needs and nothing else', async () => {
    const page = await get('/chats', { accept: 'text/html' })
    const {
      'content-security-policy': policy,
      'x-content-type-options': sniff,
      'referrer-policy': referrer,
    } = page.headers
    expect([sniff, referrer]).toEqual(['nosniff', 'no-referrer'])
    expect(String(policy).split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "require-trusted-types-for 'script'",
        "frame-ancestors 'none'",
      ]),
    )
    expect(policy).not.toMatch(/unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')|\*|https?:/)
  })

  test('with https, browsers are told to stay with it; with http they are not', async () => {
    expect((await get('/healthz')).headers['strict-transport-security']).toBeUndefined()
    const secure = await startTestServer({ env: { CHATNIP_PUBLIC_URL: 'https://chat.example.org' } })
    try {
      const answer = await exchange(secure.address, { method: 'GET', path: '/healthz', headers: {} })
      expect(answer.headers['strict-transport-security']).toBe('max-age=63072000; includeSubDomains')
    } finally {
      await secure.stop()
    }
  })

  test('nothing says what the server is made of', async () => {
    for (const answer of await Promise.all([
      get('/healthz'),
      get('/%'),
      get('/nothing'),
      exchange(server.address, { path: '/authenticate', body: '{' }),
    ]))
      expect(Object.keys(answer.headers).filter((name) => ['server', 'x-powered-by', 'via'].includes(name))).toEqual([])
  })
})

test('what is below the folders that are served is not reached from outside', async () => {
  const data = await mkdtemp(join(tmpdir(), 'chatnip-test-'))
  const other = await startTestServer({ data })
  try {
    const paths = [
      '/avatars/../chatnip.db',
      '/avatars/%2e%2e%2fchatnip.db',
      '/..%2f..%2fpackage.json',
      '/assets/..%5c..%5cpackage.json',
      '/.git/config',
      '/package.json',
      '/src/main.ts',
      '/avatars/',
      '/assets/',
      '/docs/../package.json',
    ]
    for (const path of paths) {
      const answer = await exchange(other.address, { method: 'GET', path, headers: {} })
      expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true])
    }
  } finally {
    await other.stop()
    await rm(data, { recursive: true, force: true })
  }
})
