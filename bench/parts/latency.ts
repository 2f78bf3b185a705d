import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { acknowledgeLater, openLines, sendFrame } from '../kit/line.ts'
import type { Line } from '../kit/line.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { startServer } from '../kit/process.ts'
import type { Server } from '../kit/process.ts'

/**
 * 200 messages a second, spread over 50 pairs: how long from sending to arriving, in milliseconds, by the load's own clock. Chatnip has by then
 * written and fsynced the message; the bare relay in turn with it has not.
 */
export const latency: Part = {
  name: 'latency',
  run: async ({ report, runs }) => {
    const servers = [
      { who: 'chatnip', server: await startServer({ devices: 2 * PAIRS }) },
      { who: 'bare ws', server: await startServer({ devices: 2 * PAIRS }, 'peers/bare.ts') },
    ]
    for (const { server } of servers) await measure(server, 2)
    await repeat(runs, async () => {
      for (const { who, server } of servers) {
        report.add({ part: 'latency', who, what: '200 messages/s, 400 bytes', figures: await measure(server, 10) })
      }
    })
    for (const { server } of servers) await server.stop()
  },
}

const PAIRS = 50
const PER_SECOND = 200

async function measure(server: Server, seconds: number): Promise<{ p50: number; p99: number }> {
  const lines = await openLines(server)
  const figures = await measureOn(lines, seconds)
  lines.forEach((line) => line.close())
  return figures
}

/** @param lines of pairs: every second one hears from the one before it. Nothing waits for them. */
export async function measureOn(lines: readonly Line[], seconds: number): Promise<{ p50: number; p99: number }> {
  const sentAt = new Map<string, number>()
  const took: number[] = []
  for (const line of lines) {
    const acknowledge = acknowledgeLater(line)
    line.hear = ({ type, id, seq }) => {
      if (type !== 'message') return
      took.push(performance.now() - (sentAt.get(id) ?? Number.NaN))
      acknowledge(seq)
    }
  }
  const began = performance.now()
  const text = 'x'.repeat(400)
  for (let n = 0; n < seconds * PER_SECOND; n += 1) {
    const early = began + (n * 1_000) / PER_SECOND - performance.now()
    if (early > 0) await pause(early)
    const pair = n % PAIRS
    const id = randomUUID()
    sentAt.set(id, performance.now())
    lines[2 * pair]?.socket.send(sendFrame(id, [`user${2 * pair + 1}`], text))
  }
  // A busy machine may take a while; one that comes twice comes at once.
  for (let waits = 0; took.length < sentAt.size && waits < MOST_WAITS; waits += 1) await pause(100)
  await pause(1_000)
  if (took.length !== sentAt.size || took.some(Number.isNaN)) throw new Error('messages were lost or doubled')
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}

const MOST_WAITS = 300

function percentile(values: readonly number[], part: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? Number.NaN
}
