import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import { isFields, listening, readBody, textOf } from './plumbing.ts'
import type { Fields } from './plumbing.ts'

/** Whose request or line it is, as far as the sessions that went by have told. */
export interface Who {
  readonly username: string
  readonly deviceId: string
}

export interface Asked {
  readonly name: string
  readonly body: Fields
  readonly who: Who | null
  /** What the honest server answers. */
  pass(body?: Fields): Promise<Answered>
}

export interface Answered {
  readonly status: number
  /** Parsed JSON; the text `OK` as it is. */
  readonly body: unknown
}

/** What goes on instead of a frame: objects as JSON, texts as they are; none, one or several. */
export type Rewritten = readonly unknown[] | Promise<readonly unknown[]>

interface EvilLine {
  readonly who: Who | null
  /** To the client. */
  readonly client: WebSocket
}

/**
 * A server in the power of somebody evil: it sits before an honest one, sees and changes everything, and does so by the hooks
 * that a test sets. Without hooks it is honest. It holds no key of anybody but its own.
 */
export class EvilServer {
  /** Answers a call. */
  onCall: (asked: Asked) => Promise<Answered> = (asked) => asked.pass()
  /** A frame on its way to a client. */
  toClient: (frame: Fields, who: Who | null) => Rewritten = (frame) => [frame]
  /** A frame on its way to the server. */
  toServer: (frame: Fields, who: Who | null) => Rewritten = (frame) => [frame]
  /** Keeps clients on the line when the honest server has closed theirs. */
  holdsOn = false
  /** Every message frame as the honest server handed it out, for later. */
  readonly recorded: Fields[] = []
  readonly #target: string
  readonly #server: Server
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  readonly #sessions = new Map<string, Who>()
  readonly #lines = new Set<EvilLine>()

  private constructor(target: string) {
    this.#target = target
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
  }

  /** @param target the honest server's address */
  static async start(target: string): Promise<EvilServer> {
    const evil = new EvilServer(target)
    await listening(evil.#server)
    return evil
  }

  get address(): string {
    // Listening on a port, so the address is an object.
    const { port } = this.#server.address() as AddressInfo
    return `http://127.0.0.1:${port}`
  }

  /** Honest from now on. */
  repent(): void {
    this.onCall = (asked) => asked.pass()
    this.toClient = (frame) => [frame]
    this.toServer = (frame) => [frame]
  }

  /** Says something to every line of an account, or of one device of it. Objects as JSON, texts as they are. */
  say(username: string, ...frames: readonly unknown[]): void {
    const lines = [...this.#lines].filter(({ who }) => who?.username.toLowerCase() === username.toLowerCase())
    if (lines.length === 0) throw new Error(`${username} has no line.`)
    for (const { client } of lines) for (const frame of frames) client.send(textOf(frame))
  }

  /** Cuts the lines of an account, so that it asks for keys again. */
  cut(username: string): void {
    for (const { who, client } of this.#lines) if (who?.username === username) client.terminate()
  }

  /** Closes the lines of an account as the server would, with a code. */
  close(username: string, code: number): void {
    for (const { who, client } of this.#lines) if (who?.username === username) client.close(code)
  }

  async stop(): Promise<void> {
    for (const { client } of this.#lines) client.terminate()
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const name = (request.url ?? '/').slice(1)
    const body = await readBody(request)
    const who = this.#whose(request)
    const asked = { name, body, who, pass: (other?: Fields) => this.#pass(request, name, other ?? body) }
    const { status, body: reply } = await this.onCall(asked)
    response.writeHead(status, { 'content-type': reply === 'OK' ? 'text/plain' : 'application/json' })
    response.end(textOf(reply))
  }

  async #pass({ headers }: IncomingMessage, name: string, body: Fields): Promise<Answered> {
    const reply = await fetch(`${this.#target}/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
      },
      body: JSON.stringify(body),
    })
    const text = await reply.text()
    const value: unknown = text === 'OK' ? text : JSON.parse(text)
    if (name === 'authenticate' && isFields(value)) this.#remember(value)
    return { status: reply.status, body: value }
  }

  #remember({ session_id: session, username, device_id: deviceId }: Fields): void {
    this.#sessions.set(String(session), { username: String(username), deviceId: String(deviceId) })
  }

  #whose({ headers }: IncomingMessage): Who | null {
    return this.#sessions.get(headers.authorization?.replace('Bearer ', '') ?? '') ?? null
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { authorization = '' } = request.headers
    const options = { headers: { authorization }, perMessageDeflate: false }
    const server = new WebSocket(`${this.#target.replace('http', 'ws')}/socket`, options)
    const early: string[] = []
    const keepEarly = (data: unknown) => early.push(String(data))
    server.on('message', keepEarly)
    server.on('error', () => socket.destroy())
    server.on('unexpected-response', (_asked, { statusCode = 503 }) => {
      socket.end(`HTTP/1.1 ${statusCode} Refused\r\nconnection: close\r\n\r\n`)
    })
    server.on('open', () => {
      this.#sockets.handleUpgrade(request, socket, head, (client) => {
        server.off('message', keepEarly)
        this.#join(client, server, this.#whose(request))
        for (const text of early) server.emit('message', Buffer.from(text), false)
      })
    })
  }

  /** Frames keep their order in each direction, however long a hook takes. */
  #join(client: WebSocket, server: WebSocket, who: Who | null): void {
    const line: EvilLine = { who, client }
    this.#lines.add(line)
    pipe(server, client, (frame) => {
      if (frame['type'] === 'message') this.recorded.push(frame)
      return this.toClient(frame, who)
    })
    pipe(client, server, (frame) => this.toServer(frame, who))
    client.on('close', () => {
      this.#lines.delete(line)
      server.close()
    })
    server.on('close', (code) => {
      if (!this.holdsOn) client.close(code >= 4000 || code === 1012 ? code : 1011)
    })
    client.on('error', () => server.close())
    server.on('error', () => undefined)
  }
}

function pipe(from: WebSocket, to: WebSocket, hook: (frame: Fields) => Rewritten): void {
  let before = Promise.resolve()
  from.on('message', (data) => {
    const frame: unknown = JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : 'null')
    before = before.then(async () => {
      if (!isFields(frame)) return
      for (const other of await hook(frame)) if (to.readyState === WebSocket.OPEN) to.send(textOf(other))
    })
  })
}
