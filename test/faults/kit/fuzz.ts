import { ENDPOINT_NAMES } from '@chatnip/protocol'
import type { EndpointName } from '@chatnip/protocol'
import { exchange, rawExchange } from '../../api/kit/exchange.ts'
import type { Answer } from '../../api/kit/exchange.ts'
import { form, PIXEL } from '../../api/kit/people.ts'
import { BYTE_LIMITS, rowOf, SAMPLES, sessionFor } from '../../api/kit/samples.ts'
import type { Two } from '../../api/kit/samples.ts'
import { plain } from '../../api/kit/schema.ts'
import { hostileTexts, strangeBodies, variantsOf } from '../../api/kit/variants.ts'
import type { Random } from './random.ts'

/** Makers of requests and frames that are nearly right, and of bytes that are nothing at all. */

/** Lays hands on bytes: some changed, cut out, doubled, or cut off. */
export function mangle(bytes: Uint8Array, random: Random): Buffer {
  const wrong = Buffer.from(bytes)
  const at = random.between(0, Math.max(0, wrong.length - 1))
  const end = Math.min(wrong.length, at + random.between(1, 16))
  switch (random.between(0, 4)) {
    case 0:
      for (let n = random.between(1, 8); n > 0; n--)
        wrong[random.between(0, Math.max(0, wrong.length - 1))] = random.between(0, 255)
      return wrong
    case 1:
      return Buffer.concat([wrong.subarray(0, at), wrong.subarray(end)])
    case 2:
      return Buffer.concat([wrong.subarray(0, end), wrong.subarray(at)])
    case 3:
      return wrong.subarray(0, at)
    default:
      return Buffer.concat([wrong.subarray(0, at), Buffer.from(noise(random, 16)), wrong.subarray(at)])
  }
}

export const noise = (random: Random, most: number): number[] =>
  Array.from({ length: random.between(0, most) }, () => random.between(0, 255))

/** A body for an endpoint, and what stands in it. */
interface Prepared {
  readonly name: EndpointName
  readonly json: readonly string[]
}

/** What would end the very sessions that the fuzzer asks with; these are asked for with nobody's session. */
const ENDS_SESSIONS = new Set<EndpointName>([
  'delete_user',
  'end_session',
  'revoke_device',
  'revoke_session',
  'reset_password',
  'recover_account',
])

/** All structured variants of all endpoints, made once: the fuzzer picks and mangles. */
export async function prepareBodies(two: Two): Promise<readonly Prepared[]> {
  const names = ENDPOINT_NAMES.filter((name) => rowOf(name).body === 'json')
  return Promise.all(
    names.map(async (name) => {
      const valid = await SAMPLES[name].valid(two)
      const sample = { ...valid, ...SAMPLES[name].also?.(two) }
      const variants = variantsOf(plain(rowOf(name).request), sample, BYTE_LIMITS)
      // The huge ones have their own test; here they would only make fewer of everything else.
      const json = [JSON.stringify(valid), ...variants.map((variant) => variant.json)].filter(
        ({ length }) => length < 4_000,
      )
      return { name, json }
    }),
  )
}

const PATHS = [
  '/',
  '/docs',
  '/docs/openapi.json',
  '/healthz',
  '/readyz',
  '/socket',
  '/avatars/',
  '/login_page',
  '/nothing',
]

function pathOf(random: Random, name: string): string {
  const draw = random.number()
  if (draw < 0.9) return `/${name}`
  const text = encodeURIComponent(random.pick(hostileTexts)[1].replace(/[\ud800-\udfff]/g, ''))
  return draw < 0.95 ? `${random.pick(PATHS)}${text}` : `/${name}?${text}=${text}&after=${text}`
}

function headersOf(random: Random, session: string | undefined): Record<string, string> {
  const odd = random.number() < 0.1
  const type = odd
    ? random.pick(['text/plain', 'application/json; charset=utf-16', 'multipart/form-data', ''])
    : 'application/json'
  const accept = random.pick(['application/json', 'text/plain', '*/*', 'application/json;q=0, x'])
  const bearer = random.number() < 0.1 ? `Bearer ${'x'.repeat(random.between(0, 64))}` : `Bearer ${session ?? ''}`
  return { 'content-type': type, accept, ...(session === undefined ? {} : { authorization: bearer }) }
}

/** One request that the HTTP library can still send. */
export function structured(two: Two, bodies: readonly Prepared[], random: Random): Promise<Answer> {
  const { name, json } = random.pick(bodies)
  const text = Buffer.from(random.pick(json))
  const draw = random.number()
  // Some of the strange ones are a hundred thousand times as long as the others.
  const body = draw < 0.5 ? text : draw < 0.98 ? mangle(text, random) : random.pick(strangeBodies).body
  const session = ENDS_SESSIONS.has(name) ? undefined : sessionFor(name, two.alice)
  const method = random.number() < 0.95 ? 'POST' : random.pick(['GET', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'])
  const headers = headersOf(random, session)
  // A long poll would keep a connection for half a minute.
  const isPoll = name === 'download_messages'
  const path = pathOf(random, isPoll ? 'get_server_info' : name)
  const bodyless = method === 'GET' || method === 'HEAD'
  return exchange(two.base, { method, path, headers, ...(bodyless ? {} : { body }) })
}

const FORMS = ENDPOINT_NAMES.flatMap((name) => {
  const { file } = rowOf(name)
  return file === undefined ? [] : [{ name, field: file.field }]
})

/** A form with a file, mangled in its frame or in its file. */
export async function multipart(two: Two, random: Random): Promise<Answer> {
  const { name, field } = random.pick(FORMS)
  const inFile = random.number() < 0.5
  const values = Object.entries(await SAMPLES[name].valid(two))
  const fields = Object.fromEntries(values.map(([key, value]) => [key, String(value)]))
  const sent = form(inFile ? mangle(PIXEL, random) : PIXEL, { field, fields })
  const body = inFile ? sent.body : mangle(sent.body, random)
  const headers = { ...sent.headers, accept: 'application/json', authorization: `Bearer ${two.alice.session}` }
  return exchange(two.base, { path: `/${name}`, headers, body })
}

/** Bytes straight into the connection: a mangled request, or no request at all. */
export function rawBytes(two: Two, bodies: readonly Prepared[], random: Random): Promise<Answer> {
  const { name, json } = random.pick(bodies)
  const body = random.pick(json)
  const head =
    `POST /${name} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  const bytes = random.number() < 0.9 ? mangle(Buffer.from(head), random) : Buffer.from(noise(random, 200))
  // Half a request is waited for by the server as long as it may; a moment is enough to see what it does with it.
  return rawExchange(two.base, bytes, 100)
}
