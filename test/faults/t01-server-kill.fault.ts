import { expect, test } from 'vitest'
import { LONG_MS, pause, soon, startLoad } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { startChat } from './kit/people.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, portOf, startServer } from './kit/server.ts'
import type { ServerChild } from './kit/server.ts'

/**
 * T1: the server is killed at any instant, and at the very byte that says that a message is accepted. Eight raw devices load it; two people
 * with the real engine chat beside them.
 */

const EIGHT = { ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1, gus: 1, hal: 1 }
const RATE = 800

interface Killed {
  readonly recorder: Recorder
  readonly violations: ReturnType<Recorder['verdict']>
  /** Accepted per second while the server was up. */
  readonly rate: number
}

async function killAgainAndAgain(kills: number, program?: string): Promise<Killed> {
  const household = await makeHousehold(EIGHT)
  const { data } = household
  const random = randomFrom()
  const recorder = new Recorder()
  const start = (port: number) => startServer({ data, port, ...(program === undefined ? {} : { program }) })
  let server: ServerChild = await start(0)
  let killAtSent: number | null = null
  // In the same turn in which the acknowledgement is read: no time for anything that the server might still want to do.
  const onSent = () => {
    if (killAtSent === null) return
    killAtSent -= 1
    if (killAtSent > 0) return
    killAtSent = null
    server.child.kill('SIGKILL')
  }
  const load = startLoad({ address: server.address, household, recorder, rate: RATE, device: { onSent } })
  const people = program === undefined ? await startChat(server.address, recorder) : null
  const said = progressOf('T1', kills, 'kills')
  let upMs = 0
  for (let kill = 0; kill < kills; kill++) {
    const began = performance.now()
    await soon('everybody is online', () => load.devices.every((device) => device.isOnline()))
    if (kill % 2 === 0) await pause(random.between(50, 500))
    else {
      killAtSent = random.between(1, 300)
      await soon('an acknowledgement to kill at', () => !server.lives())
    }
    upMs += performance.now() - began
    const port = portOf(server)
    await server.kill()
    server = await start(port)
    said(kill + 1)
  }
  const accepted = recorder.accepted()
  // What the control has lost does not arrive however long one waits.
  await load.finish(program === undefined ? LONG_MS : 3_000)
  await people?.finish()
  expect(await server.stop()).toBe(0)
  const violations = recorder.verdict(program === undefined ? data : undefined)
  await household.remove()
  return { recorder, violations, rate: Math.round((accepted / upMs) * 1_000) }
}

test('T1 kill -9 of the server at any instant loses nothing', async () => {
  const kills = byTier(30, 200)
  const { recorder, violations, rate } = await killAgainAndAgain(kills)
  const control = await killAgainAndAgain(byTier(6, 20), 'tells-early.ts')
  const lost = countsOf(control.recorder, control.violations, { faults: 0 }).lost
  report({
    test: 'T1',
    title: 'kill -9 of the server',
    counts: countsOf(recorder, violations, { faults: kills }),
    control: { name: 'acknowledges before the commit', failed: lost > 0, found: `${lost} lost` },
    more: { acceptedPerSecond: rate, seed: SEED },
  })
  expectNothingWrong(violations)
  expect(rate, 'accepted per second; is the machine busy with something else?').toBeGreaterThanOrEqual(500)
  expect(lost).toBeGreaterThan(0)
})
