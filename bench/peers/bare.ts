import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Setting } from '../kit/process.ts'

/**
 * The least that a relay can do: `ws` alone. Parses each frame, hands it to whom it names, says `sent`. Keeps nothing, checks nothing,
 * forgets what it can't hand over. Started like `server.ts`; a session is the account's name.
 */
interface Send {
  readonly type: string
  readonly id: string
  readonly to: readonly { readonly username: string; readonly message_text: string }[]
}

const { devices }: Setting = JSON.parse(process.argv[2] ?? '{"devices":100}')
const sessions = Array.from({ length: devices }, (_, n) => `user${n}`)
const lines = new Map<string, WebSocket>()
const places = new Map<string, number>()
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
server.on('connection', (line: WebSocket, request: IncomingMessage) => {
  const name = request.headers.authorization?.replace('Bearer ', '') ?? ''
  lines.set(name, line)
  line.on('message', (data: Buffer) => relay(name, line, JSON.parse(data.toString())))
})
await once(server, 'listening')
const { port } = server.address() as AddressInfo
process.stdout.write(`${JSON.stringify({ address: `http://127.0.0.1:${port}`, sessions })}\n`)
process.once('SIGTERM', () => process.exit(0))
process.stdin.resume().once('end', () => process.exit(0))

function relay(sendername: string, line: WebSocket, { type, id, to }: Send): void {
  if (type !== 'send') return
  line.send(`{"type":"sent","id":"${id}","after":0}`)
  for (const { username, message_text } of to) {
    const seq = (places.get(username) ?? 0) + 1
    places.set(username, seq)
    lines.get(username)?.send(JSON.stringify({ type: 'message', seq, id, sendername, message_text, timestamp: 1 }))
  }
}
