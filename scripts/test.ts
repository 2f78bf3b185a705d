import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHECKS } from './checks.ts'
import { run, runSteps } from './run.ts'
import { ensureServerBundle, ensureWebBundle } from './bundles.ts'

/** What of vitest's JSON report is read here. */
interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

/** `npm test`: the checks, then every suite. The last line counts each check as one test. */
async function main(): Promise<void> {
  const checks = await runSteps(CHECKS)
  await ensureWebBundle()
  await ensureServerBundle()
  const suites = await runSuites()
  for (const name of checks.failed) console.log(`failed: ${name}`)
  if (suites.skipped > 0) console.log(`${suites.skipped} skipped; each says why above`)
  const failed = checks.failed.length + suites.failed
  console.log(`${checks.passed + suites.passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

/** Runs vitest. A suite that could not even start, or a run without a report, counts as a failure, never as nothing. */
async function runSuites(): Promise<{ passed: number; failed: number; skipped: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-report-'))
  const file = join(folder, 'report.json')
  const code = await run(['vitest', 'run', '--reporter=verbose', '--reporter=json', `--outputFile.json=${file}`])
  const report = await readReport(file)
  await rm(folder, { recursive: true, force: true })
  if (report === null) return { passed: 0, failed: 1, skipped: 0 }
  const broken = report.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
  ).length
  const failed = report.numFailedTests + broken
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests,
  }
}

async function readReport(file: string): Promise<Report | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Report
  } catch {
    return null
  }
}

await main()
