import { CHECKS } from './checks.ts'
import { runSteps } from './run.ts'

/** `npm run verify`: the quick part of the tests, in under a minute on two cores. */
const { passed, failed } = await runSteps([
  { name: 'unit tests and boundaries', command: ['vitest', 'run', '--project', 'unit', '--project', 'boundaries'] },
  ...CHECKS,
])
for (const name of failed) console.log(`failed: ${name}`)
console.log(`${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
