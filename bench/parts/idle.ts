import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ensureServerBundle } from '../../scripts/bundles.ts'
import { openLine } from '../kit/line.ts'
import type { Line } from '../kit/line.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { start, startServer } from '../kit/process.ts'
import type { Measured } from '../kit/process.ts'

/**
 * 5,000 devices are connected and say nothing: resident memory of the server before and after, by device, and the CPU that they cost in
 * ten seconds of silence.
 */
export const idle: Part = {
  name: 'idle',
  run: async ({ report, runs }) => {
    const data = await mkdtemp(join(tmpdir(), 'chatnip-bench-'))
    await ensureServerBundle()
    const first = await startServer({ devices: DEVICES, data })
    const { sessions } = first
    await first.stop()
    await repeat(runs, async () => {
      for (const who of ['chatnip', 'bare ws'] as const)
        report.add({
          part: 'idle',
          who,
          what: `${DEVICES} silent devices`,
          figures: await measure(
            who === 'chatnip' ? await startChatnip(data) : await startServer({ devices: 0 }, BARE),
            sessions,
          ),
        })
    })
    await rm(data, { recursive: true, force: true })
  },
}

/** The real program: one that has just signed so many people in holds memory that it would only use again. */
async function startChatnip(data: string) {
  const env = { PORT: '0', CHATNIP_DATA: data, CHATNIP_LOG: 'silent', CHATNIP_RATE_LIMITS: 'off' }
  const program = await start(['../server/dist/main.js'], { env })
  return { ...program, address: program.ready.split(' ').at(-1) ?? '' }
}

async function measure(server: Measured & { readonly address: string }, sessions: readonly string[]) {
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
/** V8 gives the memory that a burst has used back when it has seen for some twenty seconds that little happens. */
const SETTLE_MS = 45_000
const BARE = 'peers/bare.ts'
