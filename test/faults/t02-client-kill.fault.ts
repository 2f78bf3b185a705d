import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ensureWebBundle } from '../../scripts/bundles.ts'
import { findBrowser } from '../browser/browsers.ts'
import { finishBrowserChat, twoWriters } from './kit/browser-chat.ts'
import type { Writer } from './kit/browser-chat.ts'
import { readerDiesAgainAndAgain } from './kit/hasty-reader.ts'
import { pause } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, portOf, startServer } from './kit/server.ts'

/** T2: Chromium is killed with all its processes, or a tab dies, at any moment while two people chat; also together with the server. */

const CHROMIUM = await findBrowser('chromium')
const whyNot = CHROMIUM === null || process.platform !== 'linux' ? 'Needs Linux and a Chromium.' : null
const ROUND_MS = { least: 200, most: 1_200 }

/** The tab's own process is told to crash; the others of this Chromium stay. */
async function crashTab(writer: Writer): Promise<void> {
  const { context, page } = writer.sitting
  const session = await context.newCDPSession(page)
  const dead = new Promise<void>((resolve) => page.once('crash', () => resolve()))
  session.send('Page.crash').catch(() => undefined)
  await dead
  await page.close()
  writer.sitting.page = await context.newPage()
}

async function killAgainAndAgain(rounds: number) {
  await ensureWebBundle()
  const household = await makeHousehold({})
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-profiles-'))
  let server = await startServer({ data: household.data })
  const { address } = server
  const recorder = new Recorder()
  const random = randomFrom()
  const writers = twoWriters({ address, folder, recorder, random })
  onTestFinished(async () => {
    for (const writer of writers) await writer.end()
    await server.kill()
    await household.remove()
    await rm(folder, { recursive: true })
  })
  await Promise.all(writers.map((writer) => writer.signUp()))
  const killTree = async (writer: Writer) => {
    await writer.sitting.kill()
    await writer.sitDown()
  }
  const killBoth = async (writer: Writer) => {
    await Promise.all([writer.sitting.kill(), pause(random.between(0, 100)).then(() => server.kill())])
    server = await startServer({ data: household.data, port: portOf({ address }) })
    await writer.sitDown()
  }
  const kinds = [killTree, crashTab, killBoth]
  for (const writer of writers) {
    await writer.sitDown()
    await writer.resume()
    writer.startWriting()
  }
  const said = progressOf('T2', rounds * kinds.length, 'deaths')
  for (let round = 0; round < rounds * kinds.length; round++) {
    await pause(random.between(ROUND_MS.least, ROUND_MS.most))
    const victim = random.pick(writers)
    await kinds[round % kinds.length]?.(victim)
    await victim.stopWriting()
    await victim.resume()
    victim.startWriting()
    said(round + 1)
  }
  for (const writer of writers) await writer.stopWriting()
  await finishBrowserChat(writers, recorder)
  expect(await server.stop()).toBe(0)
  return {
    recorder,
    violations: recorder.verdict(),
    exceptions: writers.flatMap((one) => one.sitting.recorder.exceptions),
  }
}

if (whyNot !== null) report({ test: 'T2', title: 'Chromium killed', leftOut: whyNot })

test.skipIf(whyNot !== null)('T2 a browser that dies at any moment loses and repeats nothing', async () => {
  const rounds = byTier(5, 50)
  const { recorder, violations, exceptions } = await killAgainAndAgain(rounds)
  const right = await readerDiesAgainAndAgain(byTier(8, 20), 'waits for the disk')
  const hasty = await readerDiesAgainAndAgain(byTier(8, 20), 'acknowledges before it stores')
  const lostOf = (one: typeof hasty) => countsOf(one.recorder, one.violations, { faults: 0 }).lost
  report({
    test: 'T2',
    title: 'Chromium killed',
    counts: countsOf(recorder, violations, { faults: rounds * 3 }),
    control: {
      name: 'recipient acknowledges before it stores',
      failed: lostOf(hasty) > 0,
      found: `${lostOf(hasty)} lost, ${lostOf(right)} without the mistake`,
    },
    more: { treeKills: rounds, tabCrashes: rounds, withServer: rounds, seed: SEED },
  })
  expectNothingWrong(violations)
  expectNothingWrong(right.violations)
  expect(exceptions).toEqual([])
  expect(lostOf(hasty)).toBeGreaterThan(0)
})
