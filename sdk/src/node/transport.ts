import { ChatnipError, ERRORS, LIMITS } from '@chatnip/protocol'
import type { ClientFrame, EndpointName, ErrorCode, Reply, Request, ServerFrame } from '@chatnip/protocol'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import { NetworkError } from '../ports.ts'
import type { BlobTransport, Line, LineHandlers } from '../ports.ts'

const CALL_TIMEOUT_MS = 40_000
const OPEN_TIMEOUT_MS = 15_000
/** What a browser is told when a socket could not be opened for want of a session. */
const SESSION_OVER = 4001

/** HTTP by fetch and the socket by `ws`; the session travels as `Authorization: Bearer`. */
export class NodeTransport implements BlobTransport {
  readonly cookies = false
  readonly #server: string
  #session: string | null = null

  /** @param server its address, such as `http://127.0.0.1:5000` */
  constructor(server: string) {
    this.#server = server.replace(/\/+$/, '')
  }

  setSession(sessionId: string | null): void {
    this.#session = sessionId
  }

  async call<N extends EndpointName>(name: N, body: Request<N>): Promise<Reply<N>> {
    const response = await this.#post(name, JSON.stringify(body), { 'content-type': 'application/json' })
    const text = await response.text()
    // Our own server's word, checked by it against the table that this type comes from.
    const reply: Reply<N> = text === 'OK' ? text : JSON.parse(text)
    return reply
  }

  async uploadAvatar(picture: Blob): Promise<void> {
    const form = new FormData()
    form.set('avatar', picture, 'avatar')
    await this.#post('upload_avatar', form, {})
  }

  async uploadBlobPart(id: string, offset: number, part: Uint8Array): Promise<Reply<'upload_blob_part'>> {
    const form = new FormData()
    form.set('id', id)
    form.set('offset', String(offset))
    form.set('part', new Blob([new Uint8Array(part)]))
    const reply: Reply<'upload_blob_part'> = JSON.parse(await (await this.#post('upload_blob_part', form, {})).text())
    return reply
  }

  async downloadBlob(id: string, offset: number): Promise<Uint8Array> {
    const body = JSON.stringify({ id, offset })
    const response = await this.#post('download_blob', body, { 'content-type': 'application/json' })
    return new Uint8Array(await response.arrayBuffer())
  }

  async #post(name: string, body: string | FormData, headers: Record<string, string>): Promise<Response> {
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS)
    const init = {
      method: 'POST',
      body,
      signal,
      headers: { ...headers, ...this.#bearer(), accept: 'application/json' },
    }
    const response = await fetch(`${this.#server}/${name}`, init).catch((cause: unknown) => {
      throw new NetworkError(undefined, { cause })
    })
    if (!response.ok) throw await refusalOf(response)
    return response
  }

  #bearer(): Record<string, string> {
    return this.#session === null ? {} : { authorization: `Bearer ${this.#session}` }
  }

  connect(handlers: LineHandlers): Line {
    const url = `${this.#server.replace(/^http/, 'ws')}/socket`
    const options = {
      headers: this.#bearer(),
      handshakeTimeout: OPEN_TIMEOUT_MS,
      perMessageDeflate: false,
      maxPayload: LIMITS.sendBytes,
    }
    const socket = new WebSocket(url, options)
    let isOver = false
    let isOpen = false
    const end = (code: number | null): void => {
      if (!isOver) handlers.closed(code)
      isOver = true
    }
    socket.on('open', () => {
      isOpen = true
      if (!isOver) handlers.opened()
    })
    socket.on('message', (data, isBinary) => {
      const frame = isBinary ? null : readFrame(textOf(data))
      if (frame !== null && !isOver) handlers.frame(frame)
    })
    socket.on('unexpected-response', (request, response) => {
      end(response.statusCode === 401 ? SESSION_OVER : null)
      request.destroy()
    })
    socket.on('close', (code) => end(isOpen ? code : null))
    socket.on('error', () => end(null))
    return {
      send: (frame: ClientFrame) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(frame)),
      close: () => {
        isOver = true
        socket.close()
      },
    }
  }
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(new Uint8Array(data))).toString('utf8')

/** What is not JSON did not come from Chatnip; it is passed over, and silence will end the line. */
function readFrame(text: string): ServerFrame | null {
  try {
    const frame: ServerFrame = JSON.parse(text)
    return frame
  } catch {
    return null
  }
}

/** The catalogue's refusal, or "no answer" when something else than Chatnip spoke (a proxy, a captive portal). */
async function refusalOf(response: Response): Promise<ChatnipError | NetworkError> {
  const body: unknown = await response.json().catch(() => null)
  const code = codeOf(body)
  if (code === null) return new NetworkError()
  const seconds = Number(response.headers.get('retry-after') ?? '')
  return new ChatnipError(code, seconds > 0 ? { retryAfter: seconds } : {})
}

function codeOf(body: unknown): ErrorCode | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null
  const { error } = body
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  const { code } = error
  return typeof code === 'string' && isCode(code) ? code : null
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)
