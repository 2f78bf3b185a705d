import { setTimeout as pause } from 'node:timers/promises'
import { openLine } from '../kit/line.ts'
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
    await repeat(runs, async () => {
      const server = await startServer({ devices: DEVICES })
      await pause(SETTLE_MS)
      const before = server.memory()
      const lines = []
      for (const session of server.sessions) lines.push(await openLine(server.address, session))
      await pause(SETTLE_MS)
      const perDevice = (server.memory() - before) / DEVICES / 1_024
      const cpu = server.cpuSeconds()
      await pause(10_000)
      const percent = (server.cpuSeconds() - cpu) * 10
      const figures = { kibibytesPerDevice: perDevice, cpuPercentOfACore: percent }
      report.add({ part: 'idle', who: 'chatnip', what: `${DEVICES} silent devices`, figures })
      lines.forEach((line) => line.close())
      await server.stop()
    })
  },
}

const DEVICES = 5_000
/** Long enough for a first round of pings and for the garbage collector to look. */
const SETTLE_MS = 5_000
