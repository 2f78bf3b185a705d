import { createServer } from 'node:http'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { ENDPOINT_NAMES, LIMITS } from '@chatnip/protocol'
import type { EndpointName } from '@chatnip/protocol'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultsOf } from './kit/check.ts'
import { codeOf, exchange, rawExchange } from './kit/exchange.ts'
import type { Answer } from './kit/exchange.ts'
import { form, makePerson, messageTo, PIXEL } from './kit/people.ts'
import type { Person } from './kit/people.ts'
import { ask, BYTE_LIMITS, deviceFor, makeTwo, rowOf, SAMPLES, sessionFor } from './kit/samples.ts'
import type { Two } from './kit/samples.ts'
import { plain } from './kit/schema.ts'
import { hostileTexts, strangeBodies, variantsOf } from './kit/variants.ts'

let server: TestServer
let two: Two
let twoDevices: Two

beforeAll(async () => {
  server = await startTestServer()
  two = await makeTwo(server.address)
  twoDevices = await makeTwo(server.address, 'a browser')
})
afterAll(() => server.stop())

const LARGE = new Set<EndpointName>(['send_message', 'upload_key_packages'])
const BAD_FORM = new Set(['bad_request', 'too_large', 'media_type'])
const TYPES = { text: 'text/plain', json: 'application/json' } as const

/** Sends a body as it is, once for each way of being told about errors, and collects what is wrong with the answers. */
async function tryBody(
  name: EndpointName,
  body: string | Uint8Array,
  options: { readonly session?: string | undefined; readonly headers?: Record<string, string> } = {},
): Promise<{ faults: string[]; code: string | null; status: number }> {
  const bearer = options.session === undefined ? {} : { authorization: `Bearer ${options.session}` }
  const one = (accept: 'text' | 'json') =>
    exchange(server.address, {
      path: `/${name}`,
      body,
      headers: { 'content-type': 'application/json', accept: TYPES[accept], ...bearer, ...options.headers },
    })
  const json = await one('json')
  // What succeeded once may not succeed twice; refusals are looked at in both ways.
  const text = json.status === 200 ? null : await one('text')
  const faults = [...faultsOf(json, rowOf(name), 'json'), ...(text === null ? [] : faultsOf(text, rowOf(name), 'text'))]
  return { faults, code: codeOf(json), status: json.status }
}

const jsonEndpoints = ENDPOINT_NAMES.filter((name) => rowOf(name).body === 'json')

describe.each(ENDPOINT_NAMES)('%s', (name) => {
  test('a valid request is answered as documented', async () => {
    const fresh = await makeTwo(server.address, deviceFor(name))
    const answer = await ask(server.address, name, await SAMPLES[name].valid(fresh), sessionFor(name, fresh.alice))
    expect(answer).toMatchObject({ status: 200 })
    expect(faultsOf(answer, rowOf(name), 'json')).toEqual([])
  })

  test('other methods are refused', async () => {
    const bearer = { authorization: `Bearer ${two.alice.session}`, accept: 'application/json' }
    const others = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'].filter(
      (method) => !rowOf(name).methods.some((allowed) => allowed === method),
    )
    for (const method of others) {
      const answer = await exchange(server.address, { method, path: `/${name}`, headers: bearer })
      const faults = method === 'HEAD' ? [] : faultsOf(answer, rowOf(name), 'json')
      const isRefused = answer.status >= 400 && answer.status < 500
      expect({ method, isRefused, faults }).toEqual({ method, isRefused: true, faults: [] })
    }
  })

  test('absurd addresses and headers are answered properly', async () => {
    for (const answer of await Promise.all(
      [...absurdPaths(name), ...absurdHeaders(name)].map(({ asked }) => asked()),
    )) {
      expect(answer.status).toBeGreaterThanOrEqual(200)
      expect(answer.status).toBeLessThan(500)
      expect(answer.text).not.toMatch(/node_modules|\bat .*:\d+/)
    }
  })
})

const absurdPaths = (name: EndpointName) =>
  [
    `/${name}?${'a=b&'.repeat(500)}`,
    `/${name}?after[]=1&after[x]=2&wait=1e9`,
    `/${name}?after=-1`,
    `/${name}?after=1&after=2`,
    `/${name}?__proto__=1&constructor=2`,
    `/${name}?%`,
    `/${name}?after=%ff%00`,
    `/${name}?${'x'.repeat(8_000)}`,
    `/${name}/`,
    `//${name}`,
    `/${name}%00`,
    `/%2e%2e/${name}`,
    `/${name}/../${name}`,
    `/${name};x=y`,
    `/${name}#x`,
    `/${name.toUpperCase()}`,
    '/%',
    '/%ff%fe',
  ].flatMap((path) =>
    ['GET', 'POST'].map((method) => ({
      // Without a session: what a path leads to must not matter to anybody's messages.
      asked: () => exchange(server.address, { method, path, headers: { accept: 'application/json' } }),
    })),
  )

const absurdHeaders = (name: EndpointName) =>
  [
    Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-header-${i}`, 'x'.repeat(20)])),
    { 'x-huge': 'x'.repeat(40_000) },
    { authorization: 'Bearer' },
    { authorization: `Bearer ${'x'.repeat(5_000)}` },
    { authorization: 'Basic YTpi' },
    { cookie: ';;=;=x;session_id;session_id=;session_id="' },
    { cookie: `session_id=${'%'.repeat(32)}; username=%ff; __Host-session_id=__proto__` },
    { accept: 'x'.repeat(4_000) },
    { accept: ',;,;q=nan,application/json;;' },
    { 'content-length': '-1' },
    { expect: '100-continue' },
    { expect: 'a miracle' },
    { 'x-forwarded-for': '1.2.3.4, "><script>', 'x-forwarded-proto': 'javascript' },
    { range: 'bytes=0-0,5-', 'if-none-match': '*' },
  ].map((headers: Record<string, string>) => ({
    asked: () =>
      exchange(server.address, {
        path: `/${name}`,
        body: '{}',
        headers: { 'content-type': 'application/json', ...headers },
      }),
  }))

describe.each(jsonEndpoints)('%s: the body', (name) => {
  test('each field at and beyond its limits, missing, of other types, hostile', { timeout: 120_000 }, async () => {
    const here = await makeTwo(server.address, deviceFor(name))
    const sample = { ...(await SAMPLES[name].valid(here)), ...SAMPLES[name].also?.(here) }
    const session = sessionFor(name, here.alice)
    const named = session === undefined ? {} : { username: here.alice.name, session_id: session }
    const variants = variantsOf(plain(rowOf(name).request), { ...named, ...sample }, BYTE_LIMITS)
    const problems: string[] = []
    for (const { what, json, form: expected } of variants) {
      // What is right may succeed, and success may change or delete: so somebody new is asked for it each time.
      const { body, as } =
        expected === 'wrong' ? { body: json, as: session } : await forSomebodyNew(name, json, here.alice)
      const { faults, code, status } = await tryBody(name, body, { session: as })
      const refused = code !== null && BAD_FORM.has(code)
      if (expected === 'wrong' && !refused && code !== 'not_signed_in')
        problems.push(`${what}: was not refused (${status} ${code})`)
      if (expected === 'right' && refused && !isSemantic(name, what)) problems.push(`${what}: was refused (${code})`)
      problems.push(...faults.map((fault) => `${what}: ${fault}`))
    }
    expect(variants.length).toBeGreaterThanOrEqual(5)
    expect(problems).toEqual([])
    const stillThere = await ask(
      server.address,
      'authenticate',
      { username: here.alice.name, password: here.alice.password },
      undefined,
    )
    expect(stillThere.status).toBe(200)
  })

  test('no JSON, no object, deep, broken, of another type or encoding, too large', async () => {
    const session = sessionFor(name, (deviceFor(name) === undefined ? two : twoDevices).alice)
    const problems: string[] = []
    const mustRefuse = async (what: string, codes: readonly string[], trial: ReturnType<typeof tryBody>) => {
      const { faults, code, status } = await trial
      if (code === null || !codes.includes(code)) problems.push(`${what}: answered ${status} ${code}`)
      problems.push(...faults.map((fault) => `${what}: ${fault}`))
    }
    for (const { what, body } of strangeBodies)
      await mustRefuse(what, ['bad_request'], tryBody(name, body, { session }))
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/html', 'application/xml', 'x', ''])
      await mustRefuse(
        `type "${type}"`,
        ['media_type', 'bad_request'],
        tryBody(name, '{}', { session, headers: { 'content-type': type } }),
      )
    const limit = LARGE.has(name) ? LIMITS.sendBytes : LIMITS.requestBytes
    await mustRefuse('n + 1 bytes', ['too_large'], tryBody(name, `{}${' '.repeat(limit - 1)}`, { session }))
    await mustRefuse(
      'n bytes, chunked and one more',
      ['too_large'],
      tryBody(name, `{}${' '.repeat(limit - 1)}`, { session, headers: { 'transfer-encoding': 'chunked' } }),
    )
    const packed = { session, headers: { 'content-encoding': 'gzip' } }
    await mustRefuse('compressed', ['bad_request', 'media_type'], tryBody(name, gzipSync('{}'), packed))
    expect(problems).toEqual([])
  })

  test('as many bytes as may be, and a missing body, are read as they stand', async () => {
    const limit = LARGE.has(name) ? LIMITS.sendBytes : LIMITS.requestBytes
    const needsFields = (plain(rowOf(name).request).required ?? []).length > 0
    const fresh = await makePerson(server.address, 'empty', deviceFor(name))
    const session = sessionFor(name, fresh)
    for (const body of needsFields ? [`{}${' '.repeat(limit - 2)}`, ''] : []) {
      const { faults, code } = await tryBody(name, body, { session })
      expect([faults, code]).toEqual([[], 'bad_request'])
    }
    if (needsFields) return
    const { faults, status } = await tryBody(name, `{}${' '.repeat(limit - 2)}`, { session })
    expect([faults, status]).toEqual([[], 200])
    const again = sessionFor(name, await makePerson(server.address, 'empty', deviceFor(name)))
    const bearer = again === undefined ? {} : { authorization: `Bearer ${again}` }
    const bodyless = await exchange(server.address, {
      path: `/${name}`,
      headers: { accept: 'application/json', ...bearer },
    })
    expect([faultsOf(bodyless, rowOf(name), 'json'), bodyless.status]).toEqual([[], 200])
  })
})

/** Two ways of proving oneself exclude each other, which is no matter of form. */
const isSemantic = (name: EndpointName, what: string) => name === 'recover_account' && what === 'without recovery_proof'

async function forSomebodyNew(
  name: EndpointName,
  json: string,
  before: Person,
): Promise<{ body: string; as: string | undefined }> {
  const now = await makePerson(server.address, 'alice', deviceFor(name))
  // A long poll that has something to answer does not wait.
  if (name === 'download_messages')
    await ask(server.address, 'upload_message', messageTo(now.name, 'hello'), now.session)
  const body = json.replaceAll(`"${before.name}"`, `"${now.name}"`).replaceAll(before.session, now.session)
  return { body: body.replaceAll(before.password, now.password), as: sessionFor(name, now) }
}

describe('upload_avatar: the form', () => {
  const upload = (body: Uint8Array | string, headers: Record<string, string>) =>
    tryBody('upload_avatar', body, { session: two.alice.session, headers })

  const boundary = 'b'
  const type = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const part = (disposition: string, content: string, end = `--${boundary}--`) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n${end}\r\n`

  test.each([
    ['no form', '{}', {}],
    ['no boundary', 'x', { 'content-type': 'multipart/form-data' }],
    ['another boundary', part('name="avatar"; filename="a"', 'x').replaceAll('--b', '--c'), type],
    ['an empty form', `--${boundary}--\r\n`, type],
    ['no end', part('name="avatar"; filename="a"', 'x', ''), type],
    ['no file', part('name="avatar"', 'x'), type],
    ['another field', part('name="picture"; filename="a"', 'x'), type],
    [
      'an unknown field',
      part('name="extra"', 'x', '') + part('name="avatar"; filename="a"', PIXEL.toString('latin1')),
      type,
    ],
    ['a field named __proto__', part('name="__proto__"', 'x', '') + part('name="avatar"; filename="a"', 'x'), type],
    ['two files', part('name="avatar"; filename="a"', 'x', '') + part('name="avatar"; filename="b"', 'y'), type],
    ['a hundred fields', part('name="a"', 'x', '').repeat(100) + part('name="avatar"; filename="a"', 'x'), type],
    ['a huge part header', part(`name="avatar"; filename="${'x'.repeat(100_000)}"`, 'x'), type],
    ['an empty file', part('name="avatar"; filename="a"', ''), type],
    ['a text', part('name="avatar"; filename="a.png"', 'hello'), type],
  ])('%s is refused', async (_what, body, headers) => {
    const { faults, status } = await upload(body, headers)
    expect(faults).toEqual([])
    expect(status).toBeGreaterThanOrEqual(400)
  })

  test('a file of n + 1 bytes is too large; no session is none, picture or not', async () => {
    const { headers, body } = form(Buffer.concat([PIXEL, Buffer.alloc(LIMITS.avatarBytes + 1 - PIXEL.length)]))
    const large = await upload(body, headers)
    expect([large.faults, large.code]).toEqual([[], 'too_large'])
    const small = form(PIXEL)
    const stranger = await tryBody('upload_avatar', small.body, { headers: small.headers })
    expect([stranger.faults, stranger.code]).toEqual([[], 'not_signed_in'])
  })

  test('names of files and fields are nothing to the server', async () => {
    for (const [, name] of hostileTexts) {
      const { headers, body } = form(PIXEL, { name: name.replaceAll(/["\r\n]/g, ''), type: 'text/html' })
      const { faults, status } = await upload(body, headers)
      expect([name, faults, status]).toEqual([name, [], 200])
    }
  })
})

describe('what is hardly HTTP', () => {
  const start = 'POST /authenticate HTTP/1.1\r\nHost: x\r\n'
  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['bad version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['bad header', `${start}Content-Type application/json\r\n\r\n`],
    ['huge header', `${start}X: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['3,000 headers', `${start}${'X: y\r\n'.repeat(3_000)}\r\n`],
    ['two lengths', `${start}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['length and chunks', `${start}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['bad chunks', `${start}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`],
    ['no host', 'POST /authenticate HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['NUL in a header', `${start}X: a\u0000b\r\n\r\n`],
    ['a method of its own', 'FROBNICATE / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a proxy’s address', 'GET http://example.org/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['a tunnel', 'CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a star', 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    ['an unknown upgrade', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'],
  ])('%s is refused or cut, and the server lives', async (_what, bytes) => {
    const answer = await rawExchange(server.address, bytes, 2_000)
    expect(answer.status === 0 ? 'closed without an answer' : answer.status).toSatisfy(
      (status) => status === 'closed without an answer' || (Number(status) >= 400 && Number(status) < 500),
    )
    expect((await exchange(server.address, { method: 'GET', path: '/healthz' })).text).toBe('OK')
  })

  test('a head that comes too slowly is cut within seconds', { timeout: 20_000 }, async () => {
    const begun = performance.now()
    await rawExchange(server.address, start, 15_000)
    expect(performance.now() - begun).toBeLessThan(12_000)
  })
})

describe('fuzz', () => {
  const anything = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc
      .record({ username: fc.string(), password: fc.string(), timestamp: fc.double() }, { requiredKeys: [] })
      .map((value) => JSON.stringify(value)),
    fc.uint8Array({ maxLength: 200 }),
  )
  /** A right body with one value put in another's stead: gets further than noise does. */
  const nearly = fc.tuple(
    fc.constantFrom(...jsonEndpoints),
    fc.nat(),
    fc.anything({ maxDepth: 2, withNullPrototype: true }),
  )
  const header = fc.stringMatching(/^[\x21-\x7e]{0,40}$/)

  test('a few thousand requests of all kinds never break anything', { timeout: 60_000 }, async () => {
    const seed = Number(process.env['CHATNIP_SEED'] ?? Date.now() % 2 ** 31)
    console.log(`fuzz seed ${seed} (repeat with CHATNIP_SEED=${seed})`)
    const samples = new Map<EndpointName, Record<string, unknown>>()
    for (const name of jsonEndpoints)
      samples.set(name, { ...(await SAMPLES[name].valid(two)), ...SAMPLES[name].also?.(two) })
    const check = async (name: EndpointName, body: string | Uint8Array, headers: Record<string, string>) => {
      const answer = await exchange(server.address, {
        path: `/${name}`,
        body,
        headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      })
      expect([name, body, faultsOf(answer, rowOf(name), 'json')]).toEqual([name, body, []])
    }
    const property = fc.asyncProperty(
      fc.constantFrom(...jsonEndpoints),
      anything,
      header,
      nearly,
      async (name, body, cookie, [near, at, value]) => {
        const sample = Object.entries(samples.get(near) ?? {})
        const changed = sample.map(([key, old], index): [string, unknown] => [
          key,
          index === at % Math.max(1, sample.length) ? value : old,
        ])
        // Nobody's session: the right bodies among these would end sessions and accounts.
        await Promise.all([
          check(name, body, { cookie: `session_id=${cookie}`, authorization: `Bearer ${cookie}` }),
          check(near, safeJson(Object.fromEntries(changed)), {}),
        ])
      },
    )
    await fc.assert(property, { seed, numRuns: 1_500, endOnFailure: true })
    expect((await exchange(server.address, { method: 'GET', path: '/healthz' })).text).toBe('OK')
  })

  const safeJson = (value: unknown) =>
    JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? String(one) : one))
})

// Without this, a checker that finds nothing would look as if there were nothing.
describe('the checker itself', () => {
  const planted: readonly (readonly [what: string, status: number, type: string, body: string])[] = [
    ['a 500', 500, 'application/json', '{"error":{"code":"unavailable","message":"Sorry."}}'],
    ['HTML', 400, 'text/html', '<h1>Bad Request</h1>'],
    ['a redirect', 302, 'text/plain', ''],
    ['an unknown code', 400, 'application/json', '{"error":{"code":"oops","message":"Something went wrong."}}'],
    ['a code with another status', 403, 'application/json', '{"error":{"code":"bad_request","message":"No."}}'],
    [
      'a code that is not this endpoint’s',
      404,
      'application/json',
      '{"error":{"code":"no_such_user","message":"Nobody."}}',
    ],
    [
      'a stack',
      400,
      'application/json',
      '{"error":{"code":"bad_request","message":"Error: x at run (/srv/a.ts:3:5)."}}',
    ],
    [
      'another form',
      400,
      'application/json',
      '{"statusCode":400,"error":"Bad Request","message":"body must be object"}',
    ],
    [
      'a reply with a field too many',
      200,
      'application/json',
      '{"session_id":"abcdefghijklmnopqrstuvwxyz012345","hash":"x"}',
    ],
    ['a reply with a short id', 200, 'application/json', '{"session_id":"x"}'],
    ['no JSON', 200, 'application/json', 'OK'],
  ]

  const plantedServer = async (handler: Parameters<typeof createServer>[1], use: (base: string) => Promise<void>) => {
    const wrong = createServer(handler)
    await once(wrong.listen(0, '127.0.0.1'), 'listening')
    const address = wrong.address()
    try {
      await use(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
    } finally {
      wrong.closeAllConnections()
      wrong.close()
    }
  }
  const faultsAt = async (base: string, patience?: number) => {
    const answer: Answer = await exchange(
      base,
      { path: '/authenticate', body: '{}', headers: { accept: 'application/json' } },
      patience,
    )
    return faultsOf(answer, rowOf('authenticate'), 'json')
  }

  test.each(planted)('finds %s', async (_what, status, type, body) => {
    await plantedServer(
      (_request, response) => response.writeHead(status, { 'content-type': type }).end(body),
      async (base) => expect(await faultsAt(base)).not.toEqual([]),
    )
  })

  test('finds a hang and a cut line', async () => {
    await plantedServer(
      () => undefined,
      async (base) => expect(await faultsAt(base, 200)).toEqual(['There was no answer: no answer within 200 ms.']),
    )
    await plantedServer(
      (request) => request.socket.destroy(),
      async (base) => expect(await faultsAt(base)).not.toEqual([]),
    )
  })

  test('and finds nothing where nothing is wrong', async () => {
    const refusal = '{"error":{"code":"wrong_login","message":"Wrong username or password."}}'
    await plantedServer(
      (_request, response) => response.writeHead(401, { 'content-type': 'application/json' }).end(refusal),
      async (base) => expect(await faultsAt(base)).toEqual([]),
    )
  })
})
