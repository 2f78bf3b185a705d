import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { FaultResult } from '../test/faults/kit/report.ts'
import { run, top } from './run.ts'

/**
 * `npm run test:faults [-- --tier release] [--only T1,T3] [--record]`: faults that really happen, to real processes. Says of each test what
 * was done and what came of it, and names what this machine does not allow. `--record` appends the results to test/faults/results/.
 */
const { values } = parseArgs({
  options: { tier: { type: 'string', default: 'a' }, only: { type: 'string' }, record: { type: 'boolean' } },
})

/** `T1` → the file whose name begins with `t01-`. */
const fileOf = (test: string): string => `test/faults/t${test.replace(/\D/g, '').padStart(2, '0')}-`

interface Counts {
  readonly passed: number
  readonly failed: number
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-faults-'))
  const report = join(folder, 'results.jsonl')
  const counted = join(folder, 'vitest.json')
  process.env['CHATNIP_FAULTS_TIER'] = values.tier === 'release' ? 'release' : 'a'
  process.env['CHATNIP_FAULTS_REPORT'] = report
  const files = values.only?.split(',').map(fileOf) ?? []
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${counted}`]
  const code = await run(['vitest', 'run', '--config', 'test/faults/vitest.config.ts', ...reporters, ...files])
  const results = await readResults(report)
  const counts = await readCounts(counted, code)
  await rm(folder, { recursive: true, force: true })
  for (const result of results) console.log(lineOf(result))
  if (values.record === true) await record(results)
  // A control that found nothing means that the test beside it proves nothing, whatever its own assertions said.
  const blind = results.filter(({ control }) => control?.failed === false).length
  const failed = Math.max(counts.failed, blind)
  console.log(`${counts.passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && counts.passed > 0 ? 0 : 1
}

const lineOf = ({ test, title, leftOut, counts, control, more }: FaultResult): string => {
  if (leftOut !== undefined) return `${test} ${title}: left out. ${leftOut}`
  const figures = Object.entries({ ...counts, ...more }).map(([name, value]) => `${name} ${value}`)
  const said =
    control === undefined
      ? ''
      : `; control (${control.name}) ${control.failed ? 'failed as it must' : 'FOUND NOTHING'}: ${control.found}`
  return `${test} ${title}: ${figures.join(', ')}${said}`
}

async function readResults(file: string): Promise<readonly FaultResult[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): FaultResult => JSON.parse(line))
}

/** A file that could not even start, or a run without a report, is a failure and never nothing. */
async function readCounts(file: string, code: number): Promise<Counts> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return { passed: 0, failed: 1 }
  const report: { numPassedTests: number; numFailedTests: number } = JSON.parse(text)
  const failed = report.numFailedTests
  return { passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed }
}

async function record(results: readonly FaultResult[]): Promise<void> {
  const folder = join(top, 'test/faults/results')
  const now = new Date().toISOString()
  const machine = {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  }
  const lines = results.map((result) =>
    JSON.stringify({ at: now, tier: process.env['CHATNIP_FAULTS_TIER'], machine, ...result }),
  )
  await mkdir(folder, { recursive: true })
  await appendFile(join(folder, `${now.slice(0, 10)}.jsonl`), `${lines.join('\n')}\n`)
}

await main()
