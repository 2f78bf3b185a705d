import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { call, codeOf } from '../api/kit/exchange.ts'
import { messageTo } from '../api/kit/people.ts'
import { pause, startLoad } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { askServer, makeHousehold, startServer } from './kit/server.ts'
import type { Household, ServerChild } from './kit/server.ts'

/** T13: another process holds the database's write lock for seconds, while people chat. */

const HELD_MS = 3_500
const HOLDER = fileURLToPath(new URL('programs/holds-lock.ts', import.meta.url))

async function holdLock(data: string, ms: number): Promise<{ readonly released: Promise<unknown> }> {
  const args = ['--disable-warning=ExperimentalWarning', HOLDER, join(data, 'chatnip.sqlite'), String(ms)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const released = once(child, 'exit')
  await once(child.stdout, 'data')
  return { released }
}

interface Tried {
  readonly refusedAfterMs: number[]
  readonly readMs: number[]
  readonly strange: string[]
}

/** While the lock is held: writes are refused after a moment, reads are answered. */
async function tryMeanwhile(server: ServerChild, household: Household, ms: number): Promise<Tried> {
  const tried: Tried = { refusedAfterMs: [], readMs: [], strange: [] }
  const session = household.devices[0]?.[0]?.session
  const end = performance.now() + ms
  while (performance.now() < end) {
    const began = performance.now()
    const write = call(server.address, 'upload_message', messageTo('ben', 'hello'), { session })
    const read = call(server.address, 'get_public_key', { username: 'ben' })
    const known = await read
    tried.readMs.push(performance.now() - began)
    if (known.status !== 200) tried.strange.push(`a read was answered ${known.status}`)
    const refused = await write
    tried.refusedAfterMs.push(performance.now() - began)
    const isRight = refused.status === 503 && codeOf(refused) === 'unavailable'
    if (!isRight || refused.headers['retry-after'] === undefined) tried.strange.push(`a write: ${refused.status}`)
    await pause(50)
  }
  return tried
}

const most = (list: readonly number[]) => Math.round(Math.max(0, ...list))

const middle = (list: readonly number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Infinity

test('T13 a locked database is said within a moment, and nothing is lost', async () => {
  const cycles = byTier(5, 200)
  const household = await makeHousehold({ ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1 })
  const { data } = household
  const recorder = new Recorder()
  const server = await startServer({ data, program: 'watched.ts' })
  const load = startLoad({ address: server.address, household, recorder, rate: 200, device: { window: 1 } })
  const all: Tried = { refusedAfterMs: [], readMs: [], strange: [] }
  const recovered: number[] = []
  const delays: number[] = []
  const usual: number[] = []
  const session = household.devices[0]?.[0]?.session
  const said = progressOf('T13', cycles, 'locks')
  for (let cycle = 0; cycle < cycles; cycle++) {
    await askServer(server, 'begin')
    await pause(1_000)
    usual.push((await askServer(server, 'how late'))['delayP99'] ?? 0)
    const { released } = await holdLock(data, HELD_MS)
    await askServer(server, 'begin')
    const tried = await tryMeanwhile(server, household, HELD_MS - 800)
    delays.push((await askServer(server, 'how late'))['delayP99'] ?? Infinity)
    for (const key of ['refusedAfterMs', 'readMs', 'strange'] as const) all[key].push(...(tried[key] as never[]))
    await released
    const began = performance.now()
    while ((await call(server.address, 'upload_message', messageTo('ben', 'again'), { session })).status !== 200)
      if (performance.now() - began > 5_000) break
    recovered.push(performance.now() - began)
    said(cycle + 1)
  }
  await load.finish()
  expect(await server.stop()).toBe(0)
  const violations = recorder.verdict(data).filter(({ kind }) => kind !== 'not meant')
  const late = await lateOfControl()
  report({
    test: 'T13',
    title: 'a locked database',
    counts: countsOf(recorder, violations, { faults: cycles, unexpected5xx: all.strange.length }),
    control: { name: 'waits on the main thread', failed: late > 50, found: `event loop ${Math.round(late)} ms late` },
    more: {
      refusedAfterMs: `${Math.round(Math.min(...all.refusedAfterMs))} to ${most(all.refusedAfterMs)}`,
      refusedAfterMsMedian: Math.round(middle(all.refusedAfterMs)),
      readMs: most(all.readMs),
      loopDelayP99: most(delays),
      unlockedP99: most(usual),
      recoveredMs: most(recovered),
    },
  })
  expectNothingWrong(violations)
  expect(all.strange).toEqual([])
  expect(middle(all.refusedAfterMs), 'milliseconds; is the machine busy?').toBeLessThanOrEqual(250)
  expect(all.refusedAfterMs.length).toBeGreaterThan(cycles * 2)
  // Only who comes first waits for the lock (150 ms); the rest is for a machine that does other things as well.
  expect(most(all.refusedAfterMs), 'milliseconds; is the machine busy?').toBeLessThan(1_000)
  // What others do on this machine makes the loop late as well; the lock may add nothing.
  expect(most(delays), 'milliseconds; is the machine busy?').toBeLessThanOrEqual(Math.max(50, 1.5 * most(usual)))
  expect(most(recovered), 'milliseconds; is the machine busy?').toBeLessThan(2_000)
  expect(late).toBeGreaterThan(50)
  await household.remove()
})

/** How late the event loop is, p99, when the main thread itself waits for the lock. */
async function lateOfControl(): Promise<number> {
  const household = await makeHousehold({ ann: 1, ben: 1 })
  const env = { CHATNIP_MISTAKE: 'disk on the main thread' }
  const server = await startServer({ data: household.data, program: 'watched.ts', env })
  const { released } = await holdLock(household.data, 1_500)
  await askServer(server, 'begin')
  await tryMeanwhile(server, household, 800)
  const late = (await askServer(server, 'how late'))['delayP99'] ?? 0
  await released
  await server.stop()
  await household.remove()
  return late
}
