import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ensureServerBundle } from '../../scripts/bundles.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { start as startProgram } from '../kit/process.ts'

/**
 * The real program (`server/dist/main.js`), on both cores and with compiled code kept from an earlier start, as `npm start` has it: seconds until it
 * says that it is ready, and resident memory ten seconds later, when nobody has come.
 */
export const start: Part = {
  name: 'start',
  run: async ({ report, runs }) => {
    await ensureServerBundle()
    const folder = await mkdtemp(join(tmpdir(), 'chatnip-bench-'))
    const env = {
      PORT: '0',
      CHATNIP_DATA: join(folder, 'data'),
      CHATNIP_LOG: 'silent',
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
    }
    await measure(env)
    await repeat(runs, async () => {
      report.add({ part: 'start', who: 'chatnip', what: 'nobody connected', figures: await measure(env) })
    })
    await rm(folder, { recursive: true, force: true })
  },
}

async function measure(env: Readonly<Record<string, string>>) {
  const began = performance.now()
  const server = await startProgram(['../server/dist/main.js'], { pinned: false, env })
  const seconds = (performance.now() - began) / 1_000
  await pause(10_000)
  const mebibytes = server.memory() / 1_024 ** 2
  const cpu = server.cpuSeconds()
  await server.stop()
  return { secondsUntilReady: seconds, mebibytesIdle: mebibytes, cpuSecondsToStart: cpu }
}
