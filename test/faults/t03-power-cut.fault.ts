import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withoutLast, writeToAbsent } from './kit/absent.ts'
import { LONG_MS, pause, soon, startLoad } from './kit/load.ts'
import { makeLoopDisk, whyNoLoopDisk } from './kit/loop-disk.ts'
import { progressOf } from './kit/progress.ts'
import { wrongBy } from './kit/preload.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, portOf, startServer } from './kit/server.ts'

/**
 * T3: the power goes, for the server and its disk at once. Not even what the kernel had taken and not written survives, which a kill alone
 * does not show.
 */

const PEOPLE = { ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1, gus: 1, hal: 1, zoe: 1 }
const RATE = 400
const DISK_MEBIBYTES = 512
/** 200 cuts take 260 s: at the quick tier's pace zoe's mailbox would be full before (100,000), and everybody wait for room that does not come. */
const ZOE_EVERY_MS = byTier(20, 80)
const whyNot = await whyNoLoopDisk()

interface Course {
  readonly cuts: number
  /** The environment of a server that is wrong on purpose: it loses, and nobody waits long for what is lost. */
  readonly wrong?: Readonly<Record<string, string>>
}

async function cutAgainAndAgain({ cuts, wrong }: Course) {
  const household = await makeHousehold(PEOPLE)
  const { present, away } = withoutLast(household)
  const disk = await makeLoopDisk(DISK_MEBIBYTES)
  const data = join(disk.folder, 'data')
  await cp(household.data, data, { recursive: true })
  await disk.back()
  const random = randomFrom()
  const recorder = new Recorder()
  const start = (port: number) => startServer({ data, port, env: wrong ?? {} })
  let server = await start(0)
  onTestFinished(async () => {
    await server.kill()
    await disk.remove()
    await household.remove()
  })
  const { address } = server
  const load = startLoad({ address, household: present, recorder, rate: RATE })
  const zoe = writeToAbsent(load, { address, login: away, name: 'zoe 0', recorder }, ZOE_EVERY_MS)
  const said = progressOf('T3', cuts, 'power cuts')
  for (let cut = 0; cut < cuts; cut++) {
    await soon('everybody is online', () => load.devices.every((device) => device.isOnline()))
    await pause(random.between(300, 1_000))
    await disk.cut([server.pid])
    await server.kill()
    await disk.back()
    server = await start(portOf({ address }))
    said(cut + 1)
  }
  const patience = wrong === undefined ? LONG_MS : 3_000
  zoe.enough()
  await load.finish(patience)
  await zoe.fetch(patience)
  expect(await server.stop()).toBe(0)
  return { recorder, violations: recorder.verdict(wrong === undefined ? data : undefined) }
}

if (whyNot !== null) report({ test: 'T3', title: 'power cut of the server', leftOut: whyNot })

test.skipIf(whyNot !== null)('T3 a power cut at any instant loses nothing that was accepted', async () => {
  const cuts = byTier(30, 200)
  const { recorder, violations } = await cutAgainAndAgain({ cuts })
  const control = await cutAgainAndAgain({ cuts: byTier(4, 10), wrong: wrongBy('syncs-seldom.ts') })
  const { lost } = countsOf(control.recorder, control.violations, { faults: 0 })
  report({
    test: 'T3',
    title: 'power cut of the server',
    counts: countsOf(recorder, violations, { faults: cuts }),
    control: {
      name: 'synchronous=NORMAL',
      failed: lost > 0,
      found: `${lost} lost of ${control.recorder.accepted()}`,
    },
    more: { seed: SEED },
  })
  expectNothingWrong(violations)
  expect(lost).toBeGreaterThan(0)
})
