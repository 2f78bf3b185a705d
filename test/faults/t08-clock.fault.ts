import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '@chatnip/sdk'
import { systemClock } from '@chatnip/sdk/node'
import { withoutLast, writeToAbsent } from './kit/absent.ts'
import { pause, startLoad } from './kit/load.ts'
import { startChat } from './kit/people.ts'
import { progressOf } from './kit/progress.ts'
import { startProxy } from './kit/proxy.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'

/**
 * T8: clocks leap by an hour or by ten years, there and back, while people write: the server's and those of light clients in one test, those
 * under the real engine in the other.
 */

const PEOPLE = { ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, fay: 1, gus: 1, hal: 1, zoe: 1 }
const HOUR = 3_600
const YEAR = 365 * 24 * HOUR
const NOW = Math.round(Date.now() / 1_000)
/** Seconds. The last ones lead to the beginning of Unix time and past the end of its 32 bits. */
const LEAPS = [HOUR, -HOUR, 10 * YEAR, -10 * YEAR, 3_600 - NOW, 2_147_483_700 - NOW]
const RATE = 300
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'
const whyNot = existsSync(LIBRARY) ? null : 'libfaketime is not there (Debian: faketime).'

/** Steady time stays as it is: libfaketime without that lets every timer hang after a leap back, which no real clock does. */
const leapingEnv = (file: string): Readonly<Record<string, string>> => ({
  LD_PRELOAD: LIBRARY,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
})

async function leapAgainAndAgain(flips: number, sortsByClock = false) {
  const folder = mkdtempSync(join(tmpdir(), 'chatnip-clock-'))
  const file = join(folder, 'offset')
  const setServer = (seconds: number): void => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`)
  setServer(0)
  const household = await makeHousehold(PEOPLE)
  const server = await startServer({ data: household.data, env: leapingEnv(file) })
  onTestFinished(async () => {
    await server.kill()
    await household.remove()
    await rm(folder, { recursive: true })
  })
  const { present, away } = withoutLast(household)
  const random = randomFrom()
  const recorder = new Recorder()
  let [clientLeap, astray] = [0, 0]
  const clock = (): number => Math.max(0, Date.now() / 1_000 + clientLeap)
  const device = { clock, sortsByClock }
  const load = startLoad({ address: server.address, household: present, recorder, rate: RATE, device })
  const zoe = writeToAbsent(load, { address: server.address, login: away, name: 'zoe 0', recorder, ...device }, 100)
  const said = progressOf('T8', flips, 'leaps')
  for (let flip = 0; flip < flips; flip++) {
    await pause(random.between(200, 1_200))
    const isBack = flip % 2 === 1
    setServer(isBack ? 0 : random.pick(LEAPS))
    clientLeap = isBack ? 0 : random.pick(LEAPS)
    if (await isAstray(server.address)) astray += 1
    // Whoever comes in the meantime is asked for a session that may seem to be over.
    if (random.number() < 0.3) random.pick(load.devices).cut()
    said(flip + 1)
  }
  setServer(0)
  clientLeap = 0
  zoe.enough()
  await load.finish()
  await zoe.fetch()
  expect(await server.stop()).toBe(0)
  return { recorder, violations: recorder.verdict(household.data), astray }
}

/** Whether the server's clock is wrong by half an hour or more: that the leaps reach it at all. */
async function isAstray(address: string): Promise<boolean> {
  const { headers } = await fetch(`${address}/healthz`)
  return Math.abs(Date.parse(headers.get('date') ?? '') - Date.now()) > 30 * 60_000
}

if (whyNot !== null) report({ test: 'T8', title: 'leaping clocks', leftOut: whyNot })

test.skipIf(whyNot !== null)('T8 leaping clocks lose, repeat and turn round nothing', async () => {
  const flips = byTier(20, 500)
  const { recorder, violations, astray } = await leapAgainAndAgain(flips)
  const control = await leapAgainAndAgain(10, true)
  const { disordered } = countsOf(control.recorder, control.violations, { faults: 0 })
  report({
    test: 'T8',
    title: 'leaping clocks',
    counts: countsOf(recorder, violations, { faults: flips }),
    control: { name: 'sorts by the senders’ clocks', failed: disordered > 0, found: `${disordered} out of order` },
    more: { seed: SEED, serverSeenAstray: astray },
  })
  expectNothingWrong(violations)
  expect(astray).toBeGreaterThan(flips / 4)
  expect(disordered).toBeGreaterThan(0)
})

/** Beyond 2038, before 1970, and whatever else is no time to live in. */
const ENGINE_LEAPS = [HOUR, -HOUR, 10 * YEAR, -10 * YEAR, -NOW, -NOW - YEAR, 2_147_483_700 - NOW]

/** Each of two people has a clock of their own, under the engine; it leaps, also while the line is down and comes back. */
async function leapUnderEngines(flips: number, sortsByClock = false) {
  const household = await makeHousehold({})
  const server = await startServer({ data: household.data })
  onTestFinished(async () => {
    await server.kill()
    await household.remove()
  })
  const random = randomFrom()
  const recorder = new Recorder()
  const line = await startProxy({ target: server.address, random, weather: ['calm', 'jittery'] })
  const leaps = new Map<string, number>()
  const clockOf = (name: string): Clock => ({
    now: () => Date.now() + (leaps.get(name) ?? 0) * 1_000,
    timer: (ms, run) => systemClock.timer(ms, run),
  })
  const chat = await startChat(line.address, recorder, { clockOf, sortsByClock })
  const said = progressOf('T8', flips, 'leaps under the engine')
  for (let flip = 0; flip < flips; flip++) {
    await pause(random.between(200, 1_200))
    const { name } = random.pick(chat.people)
    leaps.set(name, flip % 3 === 2 ? 0 : random.pick(ENGINE_LEAPS))
    if (random.number() < 0.3) line.cut(random.pick(['reset', 'deaf'] as const))
    said(flip + 1)
  }
  line.calm()
  await chat.finish()
  await line.close()
  expect(await server.stop()).toBe(0)
  return { recorder, violations: recorder.verdict(household.data) }
}

test('T8 leaping clocks under the engine lose, repeat and turn round nothing', async () => {
  const flips = byTier(20, 500)
  const { recorder, violations } = await leapUnderEngines(flips)
  const control = await leapUnderEngines(10, true)
  const { disordered } = countsOf(control.recorder, control.violations, { faults: 0 })
  report({
    test: 'T8',
    title: 'leaping clocks under the engine',
    counts: countsOf(recorder, violations, { faults: flips }),
    control: { name: 'shows them by the senders’ clocks', failed: disordered > 0, found: `${disordered} out of order` },
    more: { seed: SEED },
  })
  expectNothingWrong(violations)
  expect(disordered).toBeGreaterThan(0)
})
