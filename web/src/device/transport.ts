import { ChatnipError, ERRORS } from '@chatnip/protocol'
import type { EndpointName, ErrorCode, Reply, ServerFrame } from '@chatnip/protocol'
import { NetworkError } from '@chatnip/sdk'
import type { Line, LineHandlers, Transport } from '@chatnip/sdk'

/** Longer than the server holds any answer back. */
const ANSWER_MS = 45_000

const isCode = (value: unknown): value is ErrorCode => typeof value === 'string' && Object.hasOwn(ERRORS, value)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const codeOf = (body: unknown): ErrorCode | null => {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null
  const { error } = body
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  return isCode(error.code) ? error.code : null
}

/** A refusal of the catalogue; anything else (a proxy's page, a captive portal) counts as no answer. */
const toRefusal = (response: Response, text: string): Error => {
  const code = codeOf(parse(text))
  if (code === null) return new NetworkError()
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  return new ChatnipError(code, Number.isFinite(seconds) ? { retryAfter: seconds } : {})
}

/** What the server answers to a POST, as `read` reads it. @throws ChatnipError, or NetworkError when no answer came */
export const fetchFrom = async <T>(
  name: string,
  body: BodyInit,
  headers: Record<string, string>,
  read: (response: Response) => Promise<T>,
): Promise<T> => {
  try {
    const response = await fetch(`/${name}`, {
      method: 'POST',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: { Accept: 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (response.ok) return await read(response)
    throw toRefusal(response, await response.text())
  } catch (error) {
    if (error instanceof ChatnipError || error instanceof NetworkError) throw error
    throw new NetworkError(undefined, { cause: error })
  }
}

const post = (name: string, body: BodyInit, headers: Record<string, string>): Promise<string> =>
  fetchFrom(name, body, headers, (response) => response.text())

/** The server's own form is trusted here: it is our origin, and what matters inside (envelopes, keys) is checked by the sdk. */
const readReply = <N extends EndpointName>(text: string): Reply<N> => {
  const reply: Reply<N> = text === 'OK' ? 'OK' : JSON.parse(text)
  return reply
}

const call: Transport['call'] = async (name, body) => {
  const text = await post(name, JSON.stringify(body), { 'Content-Type': 'application/json' })
  try {
    return readReply(text)
  } catch (error) {
    throw new NetworkError(undefined, { cause: error })
  }
}

const uploadAvatar = async (picture: Blob): Promise<void> => {
  const form = new FormData()
  form.set('avatar', picture, 'avatar')
  await post('upload_avatar', form, {})
}

const socketAddress = (): string => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/socket`

/** RFC 6455 section 7.4.1: gone without a closing frame. */
const GONE = 1006

const connect = (handlers: LineHandlers): Line => {
  const socket = new WebSocket(socketAddress())
  let opened = false
  let over = false
  const stop = () => {
    over = true
    removeEventListener('offline', lost)
    socket.close()
  }
  /** A browser keeps a dead socket open for a long time, but knows at once when its network goes. Wrong, it costs one reconnection. */
  const lost = () => {
    if (over) return
    stop()
    handlers.closed(opened ? GONE : null)
  }
  addEventListener('offline', lost)
  socket.addEventListener('open', () => {
    opened = true
    handlers.opened()
  })
  socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (over || typeof data !== 'string') return
    const frame: ServerFrame = JSON.parse(data)
    handlers.frame(frame)
  })
  socket.addEventListener('close', ({ code }) => {
    if (over) return
    stop()
    handlers.closed(opened ? code : null)
  })
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
    },
    close: stop,
  }
}

/** The browser's line to its own server: fetch and WebSocket, the session in a cookie that no script can read. */
export const browserTransport: Transport = { cookies: true, setSession: () => undefined, call, uploadAvatar, connect }
