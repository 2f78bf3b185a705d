import { expect, test } from 'vitest'
import { startCluster } from '../cluster/kit/cluster.ts'
import type { Cluster } from '../cluster/kit/cluster.ts'
import { LONG_MS, pause, soon, startLoad } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { randomFrom, SEED } from './kit/random.ts'
import type { Random } from './kit/random.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold } from './kit/server.ts'

/**
 * T10: three nodes on one PostgreSQL, with NATS, behind a balancer. Nodes are killed and stand still, PostgreSQL is restarted as by a power cut, NATS
 * is wiped; eight raw devices write all the time, each with a second device of the same account.
 */

const EIGHT = { ann: 2, ben: 2, cat: 1, dan: 1, eve: 1, fay: 1, gus: 1, hal: 1 }
const NODES = 3
const RATE = 100
/** Longer than the balancer and the devices wait for an answer. */
const STILL_MS = byTier(6_000, 30_000)

type Fault = (cluster: Cluster, random: Random) => Promise<void>

const killNode: Fault = async (cluster, random) => {
  const index = random.between(0, NODES - 1)
  await cluster.node(index).kill()
  await pause(random.between(0, 1_000))
  await cluster.restart(index)
}
const stopNode: Fault = async (cluster, random) => {
  const { child } = cluster.node(random.between(0, NODES - 1))
  child.kill('SIGSTOP')
  await pause(STILL_MS)
  child.kill('SIGCONT')
}
const restartPostgres: Fault = async ({ postgres }, random) => {
  await postgres.kill()
  await pause(random.between(0, 2_000))
  await postgres.start()
}
const wipeNats: Fault = async ({ nats }, random) => {
  if (typeof nats === 'string') return
  await nats.kill()
  await pause(random.between(500, 3_000))
  await nats.start()
}
const KINDS: readonly Fault[] = [killNode, stopNode, restartPostgres, wipeNats]

interface Run {
  readonly recorder: Recorder
  readonly violations: ReturnType<Recorder['verdict']>
  readonly slowestMove: number
}

async function faults(
  cluster: Cluster,
  kinds: readonly Fault[],
  { each, withinMs }: { each: number; withinMs: number },
) {
  const household = await makeHousehold(EIGHT, cluster.env)
  const recorder = new Recorder()
  const random = randomFrom()
  const { address } = cluster.balancer
  const load = startLoad({ address, household, recorder, rate: RATE, device: { window: 1 } })
  const everybody = () => soon('everybody is online', () => load.devices.every((device) => device.isOnline()))
  const said = progressOf('T10', each * kinds.length, 'faults')
  let slowestMove = 0
  await everybody()
  for (let n = 0; n < each * kinds.length; n++) {
    await pause(random.between(100, 1_000))
    await kinds[n % kinds.length]?.(cluster, random)
    const began = performance.now()
    await everybody()
    slowestMove = Math.max(slowestMove, performance.now() - began)
    said(n + 1)
  }
  await load.finish(withinMs)
  await household.remove()
  const run: Run = { recorder, violations: recorder.verdict(), slowestMove: Math.round(slowestMove) }
  return run
}

const cluster = await startCluster({ nodes: NODES })
const whyNot =
  typeof cluster === 'string' ? cluster : typeof cluster.nats === 'string' ? `no NATS: ${cluster.nats}` : null
if (whyNot !== null) {
  report({ test: 'T10', title: 'nodes, PostgreSQL and NATS in trouble', leftOut: whyNot })
  if (typeof cluster !== 'string') await cluster.stop()
}

test.skipIf(whyNot !== null)(
  'T10 nodes that die or stand still, PostgreSQL and NATS in trouble, lose nothing',
  async () => {
    if (typeof cluster === 'string') return
    const each = byTier(3, 100)
    const { recorder, violations, slowestMove } = await faults(cluster, KINDS, { each, withinMs: LONG_MS })
    await cluster.stop()
    const wrong = await startCluster({ nodes: NODES, program: 'hints-alone.ts' })
    if (typeof wrong === 'string') throw new Error(wrong)
    const control = await faults(wrong, [wipeNats], { each: 2, withinMs: 5_000 })
    await wrong.stop()
    const lost = countsOf(control.recorder, control.violations, { faults: 0 }).lost
    report({
      test: 'T10',
      title: 'nodes, PostgreSQL and NATS in trouble',
      counts: countsOf(recorder, violations, { faults: each * KINDS.length }),
      control: { name: 'delivers by hints alone', failed: lost > 0, found: `${lost} lost` },
      more: { slowestMoveMs: slowestMove, seed: SEED },
    })
    expectNothingWrong(violations)
    expect(lost).toBeGreaterThan(0)
  },
)
