import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'

/**
 * For tests: a small store that speaks as much of S3 as we use. It believes no signature: each is worked out anew from the bytes that came, by
 * WebCrypto and the steps of the specification, without our own code. (Of the S3-compatible programs on npm none is kept any more.)
 */
export interface TestS3 {
  /** `http://host/bucket` */
  readonly base: string
  readonly objects: Map<string, Uint8Array>
  /** What it says instead of doing anything, for so many requests. */
  fail(times: number, how: 'cuts the line' | { readonly status: number; readonly code: string }): void
  /** Requests that it has seen so far. */
  readonly seen: { count: number }
  close(): Promise<void>
}

export const TEST_KEYS = { keyId: 'AKIATESTTESTTEST', secret: 'a secret/with+signs=', region: 'eu-test-1' }
const BUCKET = 'cats'

const utf8 = new TextEncoder()
const hex = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex')
const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  hex(await crypto.subtle.digest('SHA-256', bytes))

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, utf8.encode(text)))
}

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/

/** The S3 code of what is wrong with a request's signature, or null. */
async function faultOf(request: IncomingMessage, body: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const [, keyId, day = '', region = '', signed = '', signature] = FORM.exec(request.headers.authorization ?? '') ?? []
  if (signature === undefined) return 'AccessDenied'
  if (keyId !== TEST_KEYS.keyId) return 'InvalidAccessKeyId'
  if (region !== TEST_KEYS.region) return 'AuthorizationHeaderMalformed'
  const header = (name: string): string => String(request.headers[name] ?? '').trim()
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256'])
    if (!signed.split(';').includes(name)) return 'AccessDenied'
  const at = header('x-amz-date')
  const [year, month, date, hour, minute, second] = [0, 4, 6, 9, 11, 13].map((from, index) =>
    Number(at.slice(from, from + (index === 0 ? 4 : 2))),
  )
  const time = Date.UTC(year ?? 0, (month ?? 0) - 1, date, hour, minute, second)
  if (!at.startsWith(day) || !(Math.abs(Date.now() - time) < 900_000)) return 'RequestTimeTooSkewed'
  if ((await sha256(body)) !== header('x-amz-content-sha256')) return 'XAmzContentSHA256Mismatch'
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const lines = signed.split(';').map((name) => `${name}:${header(name)}\n`)
  const canonical = `${request.method}\n${path}\n${query}\n${lines.join('')}\n${signed}\n${header('x-amz-content-sha256')}`
  const toSign = `AWS4-HMAC-SHA256\n${at}\n${day}/${region}/s3/aws4_request\n${await sha256(utf8.encode(canonical))}`
  let key = await hmac(utf8.encode(`AWS4${TEST_KEYS.secret}`), day)
  for (const step of [region, 's3', 'aws4_request']) key = await hmac(key, step)
  return hex((await hmac(key, toSign)).buffer) === signature ? null : 'SignatureDoesNotMatch'
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part as Uint8Array))
  return new Uint8Array(Buffer.concat(parts))
}

interface Said {
  readonly status: number
  readonly body?: Uint8Array | string
}

const refusal = (status: number, code: string): Said => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`,
})

function act(objects: Map<string, Uint8Array>, request: IncomingMessage, body: Uint8Array): Said {
  const [, bucket, ...rest] = (request.url ?? '').split('/')
  if (bucket !== BUCKET) return refusal(404, 'NoSuchBucket')
  const name = rest.join('/')
  const there = objects.get(name)
  const { method = '' } = request
  switch (method) {
    case 'PUT':
      objects.set(name, body)
      return { status: 200 }
    case 'GET':
      return there === undefined ? refusal(404, 'NoSuchKey') : { status: 200, body: there }
    case 'DELETE':
      objects.delete(name)
      return { status: 204 }
    default:
      return refusal(405, 'MethodNotAllowed')
  }
}

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

export async function startTestS3(): Promise<TestS3> {
  const objects = new Map<string, Uint8Array>()
  const seen = { count: 0 }
  let failing: { left: number; how: Parameters<TestS3['fail']>[1] } = { left: 0, how: 'cuts the line' }
  const answer = async (request: IncomingMessage): Promise<Said | null> => {
    seen.count += 1
    const body = await bodyOf(request)
    if (failing.left > 0) {
      failing.left -= 1
      return failing.how === 'cuts the line' ? null : refusal(failing.how.status, failing.how.code)
    }
    const fault = await faultOf(request, body)
    return fault === null ? act(objects, request, body) : refusal(403, fault)
  }
  const server = createServer((request, response) => {
    void answer(request).then((said) => {
      if (said === null) request.socket.destroy()
      else response.writeHead(said.status, { 'content-type': 'application/xml' }).end(said.body)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    base: `http://127.0.0.1:${portOf(server)}/${BUCKET}`,
    objects,
    seen,
    fail: (left, how) => {
      failing = { left, how }
    },
    close: async () => {
      server.closeAllConnections()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}
