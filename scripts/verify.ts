import { CHECKS } from './checks.ts'
import { run, runSteps } from './run.ts'

/** `npm run verify`: the quick part of the tests, in under a minute on two cores. */
const { passed, failed } = await runSteps(CHECKS)
const tests = await run(['vitest', 'run', '--project', 'unit', '--project', 'boundaries'])
for (const name of failed) console.log(`failed: ${name}`)
if (tests !== 0) console.log('failed: unit tests and boundaries')
const all = failed.length + (tests === 0 ? 0 : 1)
console.log(`${passed + (tests === 0 ? 1 : 0)} passed, ${all} failed`)
process.exitCode = all === 0 ? 0 : 1
