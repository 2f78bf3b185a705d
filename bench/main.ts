import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chart } from './chart.ts'
import { check } from './check.ts'
import type { Part } from './kit/part.ts'
import { Report } from './kit/report.ts'
import { backlog } from './parts/backlog.ts'
import { cluster } from './parts/cluster.ts'
import { crypto } from './parts/crypto.ts'
import { fanout } from './parts/fanout.ts'
import { growth } from './parts/growth.ts'
import { http } from './parts/http.ts'
import { idle } from './parts/idle.ts'
import { latency } from './parts/latency.ts'
import { limits } from './parts/limits.ts'
import { peers } from './parts/peers.ts'
import { relay } from './parts/relay.ts'
import { scale } from './parts/scale.ts'
import { start } from './parts/start.ts'
import { web } from './parts/web.ts'

/**
 * `npm run bench [-- relay latency …] [--runs 5] [--record]`: measures the named parts, or all. Each run is a line of JSON, the end is a table;
 * `--record` adds it to `bench/results/`. `npm run bench -- check` says whether the relay became slower; `chart` draws `docs/growth.svg` from what was recorded.
 */
const PARTS: readonly Part[] = [
  limits,
  relay,
  peers,
  latency,
  idle,
  http,
  backlog,
  fanout,
  start,
  growth,
  web,
  crypto,
  cluster,
  scale,
]

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, record: { type: 'boolean', default: false } },
  allowPositionals: true,
})

async function main(): Promise<void> {
  if (positionals[0] === 'check') {
    process.exitCode = (await check(positionals[1] === 'accept')) ? 0 : 1
    return
  }
  if (positionals[0] === 'chart') return chart()
  const unknown = positionals.filter((name) => !PARTS.some((part) => part.name === name))
  if (unknown.length > 0) {
    console.error(
      `There is no part ${unknown.join(', ')}. There are: ${PARTS.map(({ name }) => name).join(', ')}, check, chart.`,
    )
    process.exitCode = 1
    return
  }
  const report = new Report(values.record ? fileURLToPath(new URL('results', import.meta.url)) : null)
  const wanted = PARTS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  for (const part of wanted) await part.run({ report, runs: Number(values.runs) })
  report.finish()
}

await main()
