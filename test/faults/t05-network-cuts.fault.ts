import { expect, test } from 'vitest'
import { pause, startLoad } from './kit/load.ts'
import { startChat } from './kit/people.ts'
import { progressOf } from './kit/progress.ts'
import { startProxy } from './kit/proxy.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'

/**
 * T5: every way in which a network fails, again and again: lines reset, lines that are dead without anybody hearing of it, answers that do
 * not come although the question arrived, everything in pieces and late. Raw devices for the number of cuts, two people with the real
 * engine on a line of their own with longer lives, since an engine that is never connected for a second proves little.
 */

const EIGHT = { ann: 1, ben: 1, cat: 2, dan: 1, eve: 1, fay: 2, gus: 1, hal: 1 }
/** Raw devices notice a dead line quickly, so that a half-open one counts as a cut and not as a holiday. */
const PATIENCE_MS = 250

interface Cutting {
  readonly recorder: Recorder
  readonly violations: ReturnType<Recorder['verdict']>
  readonly made: Readonly<Record<'reset' | 'half-open' | 'deaf', number>>
}

async function cutAgainAndAgain(cuts: number, isControl: boolean): Promise<Cutting> {
  const household = await makeHousehold(EIGHT)
  const recorder = new Recorder()
  const random = randomFrom()
  const server = await startServer({ data: household.data })
  const proxy = await startProxy({
    target: server.address,
    random,
    weather: ['calm', 'sliced', 'jittery', 'replies dropped'],
  })
  const device = { patienceMs: PATIENCE_MS, newIdOnRetry: isControl }
  const load = startLoad({ address: proxy.address, household, recorder, rate: 400, device })
  const line = await startProxy({ target: server.address, random, weather: ['calm', 'sliced', 'jittery'] })
  const people = isControl ? null : await startChat(line.address, recorder)
  const made = { reset: 0, 'half-open': 0, deaf: 0 }
  const total = () => made.reset + made['half-open'] + made.deaf
  const said = progressOf('T5', cuts, 'cuts')
  while (total() < cuts) {
    const how = random.pick(['reset', 'half-open', 'deaf'] as const)
    if (proxy.cut(how)) made[how] += 1
    // Only what the engine hears of at once: it notices a dead line after half a minute, by design.
    const forPeople = random.pick(['reset', 'deaf'] as const)
    if (people !== null && total() % 25 === 0 && line.cut(forPeople)) made[forPeople] += 1
    said(total())
    await pause(random.between(5, 30))
  }
  proxy.calm()
  line.calm()
  await load.finish()
  await people?.finish()
  await Promise.all([proxy.close(), line.close()])
  expect(await server.stop()).toBe(0)
  // The control's ids are not the messages' names: only what people see counts there.
  const violations = recorder.verdict(isControl ? undefined : household.data)
  await household.remove()
  return { recorder, violations, made }
}

test('T5 cut, deaf and dead lines lose nothing and double nothing', async () => {
  const cuts = byTier(1_000, 10_000)
  const { recorder, violations, made } = await cutAgainAndAgain(cuts, false)
  const control = await cutAgainAndAgain(byTier(150, 500), true)
  const twice = countsOf(control.recorder, control.violations, { faults: 0 }).twice
  report({
    test: 'T5',
    title: 'cut lines',
    counts: countsOf(recorder, violations, { faults: made.reset + made['half-open'] + made.deaf }),
    control: { name: 'a new id on each try', failed: twice > 0, found: `${twice} shown twice` },
    more: { ...made, seed: SEED },
  })
  expectNothingWrong(violations)
  expect(twice).toBeGreaterThan(0)
})
