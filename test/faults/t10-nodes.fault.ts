import { expect, test } from 'vitest'
import { startNats } from '../../server/src/bus/nats/testing.ts'
import { startReplicated } from '../../server/src/store/postgres/replicated.ts'
import { startPostgres } from '../../server/src/store/postgres/testing.ts'
import {
  failOver,
  killNode,
  partition,
  restartPostgres,
  rollingUpgrade,
  stopNodes,
  wipeNats,
} from './kit/node-faults.ts'
import { prepareLane, runLane } from './kit/nodes.ts'
import type { Lane, LaneRun, ReadyLane } from './kit/nodes.ts'
import { SEED } from './kit/random.ts'
import { countsOf, expectNothingWrong } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import type { FaultCounts } from './kit/report.ts'

/**
 * T10: three nodes on one PostgreSQL, with NATS, behind a balancer, and ten raw devices that write all the time. Nodes are killed, stopped, cut off and
 * replaced; PostgreSQL is killed, and failed over to another that followed it at every commit; NATS is wiped. Kinds of faults that take long
 * run side by side, each on a cluster of its own. Cut off they are by gates between the programs (kit/gate.ts), which works on any machine.
 */

const EACH = byTier(10, 100)
/** No fault begins later: what was made until then is what is told. */
const MOST_MINUTES = Number(process.env['CHATNIP_FAULTS_MINUTES'] ?? byTier(12, 120))
/** How soon whoever was connected to a node in trouble is served by another one. */
const MOVE_MS = 10_000

const together = (faults: Lane['faults'], cluster: Lane['cluster'] = {}): Lane => ({ faults, each: EACH, cluster })

async function lanes(): Promise<{ lanes: readonly Lane[]; end: () => Promise<void> } | string> {
  const replicated = await startReplicated()
  if (typeof replicated === 'string') return `no PostgreSQL: ${replicated}`
  const nothing = () => Promise.resolve()
  const both = { newDatabase: () => replicated.newDatabase(), kill: nothing, start: nothing, stop: nothing }
  return {
    lanes: [
      together([stopNodes, ...partition('clients', 'its clients')], { gated: true }),
      together([...partition('postgres', 'PostgreSQL'), ...partition('nats', 'NATS')], { gated: true }),
      together([killNode, restartPostgres, wipeNats, rollingUpgrade()]),
      together([failOver(replicated)], { postgres: both }),
    ],
    end: () => replicated.stop(),
  }
}

/** What cannot be here, in words, or null. */
async function whyNot(): Promise<string | null> {
  const nats = await startNats()
  if (typeof nats === 'string') return `no NATS: ${nats}`
  await nats.kill()
  const postgres = await startPostgres()
  if (typeof postgres === 'string') return `no PostgreSQL: ${postgres}`
  await postgres.stop()
  return null
}

const missing = await whyNot()
if (missing !== null) report({ test: 'T10', title: 'nodes, PostgreSQL and NATS in trouble', leftOut: missing })

const sum = (one: FaultCounts, other: FaultCounts): FaultCounts => ({
  faults: one.faults + other.faults,
  accepted: one.accepted + other.accepted,
  lost: one.lost + other.lost,
  twice: one.twice + other.twice,
  disordered: one.disordered + other.disordered,
  unreadable: one.unreadable + other.unreadable,
  unexpected5xx: one.unexpected5xx + other.unexpected5xx,
})

const total = (counts: Iterable<number>): number => [...counts].reduce((one, other) => one + other, 0)
const countsOfRun = ({ recorder, violations, made }: LaneRun) =>
  countsOf(recorder, violations, { faults: total(made.values()) })

test.skipIf(missing !== null)('T10 nodes, PostgreSQL and NATS in trouble lose nothing', async () => {
  const plan = await lanes()
  if (typeof plan === 'string') throw new Error(plan)
  const done = new Map<string, number>()
  const said = (name: string) => {
    done.set(name, (done.get(name) ?? 0) + 1)
    if (total(done.values()) % 10 === 0) console.log(`T10: ${[...done].map(([what, n]) => `${what} ${n}`).join('; ')}`)
  }
  const ready: ReadyLane[] = []
  for (const lane of plan.lanes) ready.push(await prepareLane(lane))
  const until = performance.now() + MOST_MINUTES * 60_000
  const runs = await Promise.all(ready.map((lane) => runLane(lane, { said, until })))
  await plan.end()
  const wrong: Lane = { faults: [wipeNats], each: 2, cluster: { program: 'hints-alone.ts' }, withinMs: 5_000 }
  const control = await runLane(await prepareLane(wrong), { said: () => undefined, until: Infinity })
  const lost = countsOfRun(control).lost
  const waits = runs.map(({ waits: own }) => own)
  const waitOf = (name: string) => Math.max(0, ...waits.map((own) => own.get(name) ?? 0))
  const moving = plan.lanes.flatMap(({ faults }) => faults).filter(({ ofOneNode }) => ofOneNode)
  const slowestMove = Math.max(...moving.map(({ name }) => waitOf(name)))
  report({
    test: 'T10',
    title: 'nodes, PostgreSQL and NATS in trouble',
    counts: runs.map(countsOfRun).reduce(sum),
    control: { name: 'delivers by hints alone', failed: lost > 0, found: `${lost} lost` },
    more: {
      slowestMoveMs: slowestMove,
      ...Object.fromEntries([...done].map(([name, n]) => [name, `${n} (longest wait ${waitOf(name)} ms)`])),
      seed: SEED,
    },
  })
  for (const { violations } of runs) expectNothingWrong(violations)
  expect(lost).toBeGreaterThan(0)
  expect(slowestMove).toBeLessThanOrEqual(MOVE_MS)
})
