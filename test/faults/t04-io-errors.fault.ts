import { expect, onTestFinished, test } from 'vitest'
import { withoutLast, writeToAbsent } from './kit/absent.ts'
import { ioErrorsEnv, setIoErrors, whyNoIoErrors } from './kit/io-errors.ts'
import { LONG_MS, soon, startLoad } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { wrongBy } from './kit/preload.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'

/**
 * T4: the disk says no, again and again. One sync in twenty fails with EIO, one write in a hundred with ENOSPC. What is not certain is not
 * acknowledged, and what is acknowledged is there.
 */

const PEOPLE = { ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1, gus: 1, hal: 1, zoe: 1 }
const RATE = 300
const EXPECTED = new Set(['unavailable', 'disk_full'])
const whyNot = whyNoIoErrors()

interface Course {
  readonly messages: number
  /** The environment of a server that is wrong on purpose: it loses, and nobody waits long for what is lost. */
  readonly wrong?: Readonly<Record<string, string>>
}

async function failAgainAndAgain({ messages, wrong }: Course) {
  const household = await makeHousehold(PEOPLE)
  const { present, away } = withoutLast(household)
  const { data } = household
  const recorder = new Recorder()
  const server = await startServer({ data, env: { ...ioErrorsEnv, ...wrong } })
  onTestFinished(async () => {
    await server.kill()
    await household.remove()
  })
  // One at a time: what was refused goes out again before the next one, so everybody's order is known.
  const { address } = server
  const load = startLoad({ address, household: present, recorder, rate: RATE, device: { window: 1 } })
  const zoe = writeToAbsent(load, { address, login: away, name: 'zoe 0', recorder }, 50)
  await setIoErrors(server.pid, { sync: 0.05, write: 0.01 })
  const said = progressOf('T4', messages, 'messages accepted')
  const isEnough = () => {
    said(Math.min(recorder.accepted(), messages))
    return recorder.accepted() >= messages || !server.lives()
  }
  await soon('enough was accepted', isEnough, 30 * 60_000)
  await setIoErrors(server.pid, { sync: 0, write: 0 })
  const patience = wrong === undefined ? LONG_MS : 3_000
  zoe.enough()
  await load.finish(patience)
  await zoe.fetch(patience)
  const healthy = await fetch(`${address}/readyz`)
  const code = await server.stop()
  const violations = recorder.verdict(wrong === undefined ? data : undefined)
  const refused = load.devices.flatMap((device) => [...device.refused])
  const count = (isWanted: (reason: string) => boolean): number =>
    refused.reduce((sum, [reason, times]) => sum + (isWanted(reason) ? times : 0), 0)
  return { recorder, violations, count, end: { healthy: healthy.status, code } }
}

if (whyNot !== null) report({ test: 'T4', title: 'I/O errors', leftOut: whyNot })

test.skipIf(whyNot !== null)('T4 failing syncs and writes: what was acknowledged is there', async () => {
  const { recorder, violations, count, end } = await failAgainAndAgain({ messages: byTier(5_000, 50_000) })
  const control = await failAgainAndAgain({ messages: byTier(1_000, 2_000), wrong: wrongBy('swallows-errors.ts') })
  const { lost } = countsOf(control.recorder, control.violations, { faults: 0 })
  const unexpected5xx = count((reason) => !EXPECTED.has(reason))
  report({
    test: 'T4',
    title: 'I/O errors',
    counts: countsOf(recorder, violations, { faults: count(() => true), unexpected5xx }),
    control: { name: 'swallows errors of COMMIT', failed: lost > 0, found: `${lost} lost` },
    more: {
      unavailable: count((reason) => reason === 'unavailable'),
      diskFull: count((reason) => reason === 'disk_full'),
    },
  })
  expectNothingWrong(violations)
  expect(unexpected5xx).toBe(0)
  expect(end).toEqual({ healthy: 200, code: 0 })
  expect(count((reason) => reason === 'unavailable')).toBeGreaterThan(20)
  expect(count((reason) => reason === 'disk_full')).toBeGreaterThan(5)
  expect(lost).toBeGreaterThan(0)
})
