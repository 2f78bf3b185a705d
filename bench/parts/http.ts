import { randomUUID } from 'node:crypto'
import { openHttp } from '../kit/http.ts'
import type { HttpLine } from '../kit/http.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { startServer } from '../kit/process.ts'
import type { Server } from '../kit/process.ts'

/**
 * The original's `upload_message` over kept-alive HTTP, 64 connections, one request at a time on each: requests per second and CPU seconds per
 * 10,000. Each is on disk before its answer. At the end every addressee downloads, and the count must be right.
 */
export const http: Part = {
  name: 'http',
  run: async ({ report, runs }) => {
    const server = await startServer({ devices: 2 * PAIRS })
    const lines = await Promise.all(Array.from({ length: PAIRS }, () => openHttp(server.address)))
    await measure(server, lines)
    await repeat(runs, async () => {
      const figures = await measure(server, lines)
      report.add({ part: 'http', who: 'chatnip', what: `upload_message, ${PAIRS} connections`, figures })
    })
    lines.forEach((line) => line.close())
    await server.stop()
  },
}

const PAIRS = 64
const MESSAGES = 160 * PAIRS

async function measure(server: Server, lines: readonly HttpLine[]) {
  const cpu = server.cpuSeconds()
  const began = performance.now()
  await Promise.all(lines.map((line, pair) => upload(line, server, pair)))
  const seconds = (performance.now() - began) / 1_000
  const used = server.cpuSeconds() - cpu
  await Promise.all(lines.map((line, pair) => empty(line, server.sessions[2 * pair + 1] ?? '')))
  return { messagesPerSecond: MESSAGES / seconds, cpuSecondsPer10k: (used / MESSAGES) * 10_000 }
}

async function upload(line: HttpLine, { sessions }: Server, pair: number): Promise<void> {
  const body = { destname: `user${2 * pair + 1}`, message_text: 'x'.repeat(400), timestamp: 1 }
  for (let n = 0; n < MESSAGES / PAIRS; n += 1) {
    await line.post('upload_message', { ...body, id: randomUUID() }, sessions[2 * pair] ?? '')
  }
}

/** The next page forgets the one before; the last forgets all. */
async function empty(line: HttpLine, session: string): Promise<void> {
  let after = 0
  let count = 0
  for (;;) {
    const page: readonly { seq: number }[] = JSON.parse(await line.post('download_messages', { after }, session))
    const last = page.at(-1)
    if (last === undefined) break
    after = last.seq
    count += page.length
  }
  if (count !== MESSAGES / PAIRS) throw new Error(`${count} messages arrived of ${MESSAGES / PAIRS}`)
}
