import { randomUUID } from 'node:crypto'
import { acknowledgeLater, openLines, sendFrame } from './line.ts'
import type { Line } from './line.ts'
import type { Server } from './process.ts'

export interface Load {
  /** Messages of each pair that are under way at once. */
  readonly window: number
  /** Of all pairs together. */
  readonly messages: number
  /** Length of each text. */
  readonly bytes: number
}

/** Lines of pairs: `user0` writes to `user1`, `user2` to `user3`, … */
export interface Pairs {
  readonly lines: readonly Line[]
  /** @returns figures of the server under this load. Rejects when a message is lost, doubled or out of order. */
  run(load: Load): Promise<{ cpuSecondsPer10k: number; messagesPerSecond: number }>
  close(): void
}

export async function openPairs(server: Server): Promise<Pairs> {
  const lines = await openLines(server)
  const pairs = Array.from({ length: lines.length / 2 }, (_, n) => pairOf(lines, n))
  return {
    lines,
    run: async (load) => {
      const cpu = server.cpuSeconds()
      const began = performance.now()
      await Promise.all(
        pairs.map((pair) => write(pair, { ...load, messages: Math.ceil(load.messages / pairs.length) })),
      )
      const seconds = (performance.now() - began) / 1_000
      return {
        cpuSecondsPer10k: ((server.cpuSeconds() - cpu) / load.messages) * 10_000,
        messagesPerSecond: load.messages / seconds,
      }
    },
    close: () => lines.forEach((line) => line.close()),
  }
}

interface Pair {
  readonly from: Line
  readonly receiver: Line
  readonly name: string
}

function pairOf(lines: readonly Line[], n: number): Pair {
  const [from, receiver] = [lines[2 * n], lines[2 * n + 1]]
  if (from === undefined || receiver === undefined) throw new Error('a line is missing')
  return { from, receiver, name: `user${2 * n + 1}` }
}

/** Keeps `window` messages under way from one device to another until all have arrived. */
function write({ from, receiver, name }: Pair, { window, messages, bytes }: Load): Promise<void> {
  const text = 'x'.repeat(bytes)
  const sent: string[] = []
  let received = 0
  const send = () => {
    const id = randomUUID()
    sent.push(id)
    from.socket.send(sendFrame(id, [name], text))
  }
  const acknowledge = acknowledgeLater(receiver)
  return new Promise((resolve, reject) => {
    from.hear = (frame) => {
      if (frame.type === 'refused') reject(new Error(JSON.stringify(frame)))
    }
    receiver.hear = ({ type, id, seq }) => {
      if (type !== 'message') return
      if (sent[received] !== id) reject(new Error(`message ${received} of ${name} is lost, doubled or out of order`))
      received += 1
      acknowledge(seq)
      if (sent.length < messages) send()
      if (received === messages) resolve()
    }
    for (let n = 0; n < Math.min(window, messages); n += 1) send()
  })
}
