import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { startServerProcess } from './process.ts'

/**
 * `npm run bench -- relay`: pairs of devices send to each other over sockets, each with a window of messages that the addressee
 * has not received yet. Every message is fsynced before it is acknowledged, deduplicated, delivered, acknowledged and deleted.
 * Measured: CPU seconds of the server's process per 10,000 messages, and messages per second. Everything that was sent must
 * arrive exactly once and in order, or the run fails.
 */
const PAIRS = 50

interface Run {
  readonly window: number
  readonly messages: number
  readonly bytes: number
}

interface Pair {
  readonly from: WebSocket
  readonly to: string
  sent: number
  received: number
}

async function connect(address: string, session: string): Promise<WebSocket> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/socket`, {
    headers: { authorization: `Bearer ${session}` },
    perMessageDeflate: false,
  })
  await once(socket, 'open')
  return socket
}

/** Acknowledges once a tick: what arrived together is acknowledged together. */
function acknowledgeLater(socket: WebSocket): (seq: number) => void {
  let upto = 0
  return (seq) => {
    if (upto === 0) {
      setImmediate(() => {
        socket.send(`{"type":"ack","upto":${upto}}`)
        upto = 0
      })
    }
    upto = seq
  }
}

/** Keeps `window` messages under way from one device to another until its share has arrived. */
function startPair(pair: Pair, receiver: WebSocket, { window, messages, bytes }: Run): Promise<void> {
  const share = messages / PAIRS
  const text = 'x'.repeat(bytes)
  const numbers = new Map<string, number>()
  const send = () => {
    const id = randomUUID()
    numbers.set(id, pair.sent++)
    pair.from.send(JSON.stringify({ type: 'send', id, timestamp: 1, to: [{ username: pair.to, message_text: text }] }))
  }
  const acknowledge = acknowledgeLater(receiver)
  return new Promise((resolve, reject) => {
    receiver.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { type: string; seq: number; id: string }
      if (frame.type === 'refused') reject(new Error(data.toString()))
      if (frame.type !== 'message') return
      const number = numbers.get(frame.id)
      if (number !== pair.received) reject(new Error(`expected message ${pair.received}, got ${number}`))
      pair.received += 1
      acknowledge(frame.seq)
      if (pair.sent < share) send()
      if (pair.received === share) resolve()
    })
    for (let n = 0; n < Math.min(window, share); n++) send()
  })
}

async function measure(run: Run): Promise<void> {
  const server = await startServerProcess(PAIRS * 2)
  const sockets = await Promise.all(server.sessions.map((session) => connect(server.address, session)))
  const cpu = server.cpuSeconds()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: PAIRS }, (_, n) => {
      const [from, receiver] = [sockets[2 * n], sockets[2 * n + 1]]
      if (from === undefined || receiver === undefined) throw new Error('a socket is missing')
      return startPair({ from, to: `user${2 * n + 1}`, sent: 0, received: 0 }, receiver, run)
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const perTenThousand = ((server.cpuSeconds() - cpu) / run.messages) * 10_000
  console.log(
    JSON.stringify({
      bench: 'relay',
      ...run,
      cpuPer10k: Number(perTenThousand.toFixed(3)),
      messagesPerSecond: Math.round(run.messages / seconds),
      memoryMiB: Math.round(server.memory() / 1024 / 1024),
    }),
  )
  for (const socket of sockets) socket.terminate()
  await server.stop()
}

await measure({ window: 32, messages: 200_000, bytes: 400 })
await measure({ window: 1, messages: 50_000, bytes: 400 })
