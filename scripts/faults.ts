import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { FaultResult } from '../test/faults/kit/report.ts'
import { recordResults } from './faults-record.ts'
import { run, top } from './run.ts'

/**
 * `npm run test:faults [-- --tier release] [--only T1,T3] [--record]`: faults that really happen, to real processes. Says of each test what
 * was done and what came of it, and names what this machine does not allow. `--record` keeps each suite's results as soon as it has ended, in
 * test/faults/results/ and, those of the release tier, in docs/faults.md.
 */
const { values } = parseArgs({
  options: { tier: { type: 'string', default: 'a' }, only: { type: 'string' }, record: { type: 'boolean' } },
})

interface Suite {
  /** `T1` */
  readonly test: string
  readonly file: string
}

interface Ended {
  readonly passed: number
  readonly failed: number
  readonly results: readonly FaultResult[]
}

const SUITES = 'test/faults'

async function suites(only: string | undefined): Promise<readonly Suite[]> {
  const wanted = only?.split(',').map((one) => one.trim().toUpperCase())
  const files = (await readdir(join(top, SUITES))).filter((name) => name.endsWith('.fault.ts')).toSorted()
  const all: readonly Suite[] = files.map((name) => ({
    test: `T${Number(name.slice(1, 3))}`,
    file: `${SUITES}/${name}`,
  }))
  const unknown = wanted?.find((name) => all.every(({ test }) => test !== name))
  if (unknown !== undefined)
    throw new Error(`There is no ${unknown}; there are ${all.map(({ test }) => test).join(', ')}.`)
  return wanted === undefined ? all : all.filter(({ test }) => wanted.includes(test))
}

/** Each suite in a process of its own: one that comes to grief does not take the others with it. */
async function runSuite({ test, file }: Suite): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-faults-'))
  const report = join(folder, 'results.jsonl')
  const counted = join(folder, 'vitest.json')
  process.env['CHATNIP_FAULTS_REPORT'] = report
  const reporters = ['--reporter=verbose', '--reporter=json', `--outputFile.json=${counted}`]
  const code = await run(['vitest', 'run', '--config', 'test/faults/vitest.config.ts', ...reporters, file])
  const results = await readResults(report)
  const counts = await readCounts(counted, code)
  await rm(folder, { recursive: true, force: true })
  // A control that found nothing means that the test beside it proves nothing, whatever its own assertions said.
  const blind = results.filter(({ control }) => control?.failed === false).length
  const failed = Math.max(counts.failed, blind)
  const silent: FaultResult = { test, title: 'ended without a result' }
  return { passed: counts.passed, failed, results: results.length === 0 && failed > 0 ? [silent] : results }
}

async function main(): Promise<void> {
  const tier = values.tier === 'release' ? 'release' : 'a'
  process.env['CHATNIP_FAULTS_TIER'] = tier
  const all = await suites(values.only)
  const lines: string[] = []
  let [passed, failed] = [0, 0]
  for (const [index, suite] of all.entries()) {
    console.log(`${suite.test}, ${index + 1} of ${all.length}, at ${new Date().toISOString()}`)
    const began = performance.now()
    const ended = await runSuite(suite)
    const seconds = Math.round((performance.now() - began) / 1_000)
    passed += ended.passed
    failed += ended.failed
    for (const result of ended.results) lines.push(`${lineOf(result)} (${seconds} s)`)
    console.log(lines.slice(-ended.results.length).join('\n'))
    if (values.record === true) await recordResults(ended.results, { tier, seconds, isGood: ended.failed === 0 })
  }
  console.log(`\n${lines.join('\n')}\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && passed + lines.length > 0 ? 0 : 1
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
async function readCounts(file: string, code: number): Promise<{ readonly passed: number; readonly failed: number }> {
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return { passed: 0, failed: 1 }
  const report: { numPassedTests: number; numFailedTests: number } = JSON.parse(text)
  const failed = report.numFailedTests
  return { passed: report.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed }
}

await main()
