import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openLine } from '../kit/line.ts'
import type { Line } from '../kit/line.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { startServer } from '../kit/process.ts'

/**
 * 5,000 devices are connected and say nothing: resident memory of the server before and after, by device, and the CPU that they cost in
 * ten seconds of silence.
 */
export const idle: Part = {
  name: 'idle',
  run: async ({ report, runs }) => {
    const data = await mkdtemp(join(tmpdir(), 'chatnip-bench-'))
    const first = await startServer({ devices: DEVICES, data })
    const { sessions } = first
    await first.stop()
    await repeat(runs, async () => {
      report.add({
        part: 'idle',
        who: 'chatnip',
        what: `${DEVICES} silent devices`,
        figures: await measure(data, sessions),
      })
    })
    await rm(data, { recursive: true, force: true })
  },
}

/** In a server of its own: one that has just signed so many people in holds memory that it would only use again. */
async function measure(data: string, sessions: readonly string[]) {
  const server = await startServer({ devices: 0, data })
  await pause(SETTLE_MS)
  const before = server.memory()
  const lines: Line[] = []
  for (const session of sessions) lines.push(await openLine(server.address, session))
  await pause(SETTLE_MS)
  const perDevice = (server.memory() - before) / DEVICES / 1_024
  const cpu = server.cpuSeconds()
  await pause(10_000)
  const percent = (server.cpuSeconds() - cpu) * 10
  lines.forEach((line) => line.close())
  await server.stop()
  return { kibibytesPerDevice: perDevice, mebibytesBefore: before / 1_024 ** 2, cpuPercentOfACore: percent }
}

const DEVICES = 5_000
/** Long enough for a first round of pings and for the garbage collector to look. */
const SETTLE_MS = 5_000
