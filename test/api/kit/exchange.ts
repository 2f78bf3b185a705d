import { Agent, request } from 'node:http'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'

/** One HTTP exchange without any help of a client library: nothing is added, followed, decoded or repeated. */
export interface Asked {
  readonly method?: string
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Uint8Array
}

export interface Answer {
  /** 0: there was none; `text` then says why. */
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

const PATIENCE_MS = 5_000
const agent = new Agent({ keepAlive: true, maxSockets: 64 })

const none = (why: string): Answer => ({ status: 0, headers: {}, text: why })

/** Resolves in any case: a hang or a cut connection is an answer with status 0, so that a checker can speak about it. */
export function exchange(base: string, asked: Asked, patienceMs = PATIENCE_MS): Promise<Answer> {
  const { method = 'POST', path, headers = {}, body } = asked
  const { hostname, port } = new URL(base)
  return new Promise((resolve) => {
    const length =
      body === undefined || 'transfer-encoding' in headers ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = request({ hostname, port, agent, method, path, headers: { ...length, ...headers } })
    const timer = setTimeout(() => {
      resolve(none(`no answer within ${patienceMs} ms`))
      sent.destroy()
    }, patienceMs)
    sent.on('error', (cause) => {
      clearTimeout(timer)
      resolve(none(`connection cut: ${cause.message}`))
    })
    sent.on('response', (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      // A server that refuses a body half-way may cut the line after its answer; what was read by then counts.
      response.on('close', () => {
        clearTimeout(timer)
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString('utf8'),
        })
      })
    })
    sent.end(body)
  })
}

/** Writes bytes as they are, for what no HTTP library would send. Resolves with what came until the server closed. */
export function rawExchange(base: string, bytes: string | Uint8Array, patienceMs = PATIENCE_MS): Promise<Answer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    const line = connect({ host: hostname, port: Number(port) }, () => line.write(bytes))
    const timer = setTimeout(() => line.destroy(), patienceMs)
    line.on('data', (part) => parts.push(part))
    line.on('error', () => undefined)
    line.on('close', () => {
      clearTimeout(timer)
      resolve(parseRaw(Buffer.concat(parts).toString('utf8')))
    })
  })
}

function parseRaw(text: string): Answer {
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0)
  if (status === 0) return none(text === '' ? 'closed without an answer' : 'not HTTP')
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const lines = head.split('\r\n').slice(1)
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]?.toLowerCase() ?? '', line.replace(/^[^:]*:\s*/, '')]),
  )
  return { status, headers, text: rest.join('\r\n\r\n') }
}

/** A JSON body by POST, as every client of the API sends it. `session` goes as Bearer. */
export function call(
  base: string,
  name: string,
  body: unknown,
  options: { readonly session?: string | undefined; readonly headers?: OutgoingHttpHeaders } = {},
): Promise<Answer> {
  const bearer = options.session === undefined ? {} : { authorization: `Bearer ${options.session}` }
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...bearer, ...options.headers }
  return exchange(base, { path: `/${name}`, headers, body: JSON.stringify(body) })
}

/** The code of a refusal that was asked for as JSON, or null. */
export function codeOf(answer: Answer): string | null {
  if (answer.status < 400 || !String(answer.headers['content-type']).startsWith('application/json')) return null
  return /"code":"(\w+)"/.exec(answer.text)?.[1] ?? null
}
