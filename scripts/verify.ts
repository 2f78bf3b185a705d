import { CHECKS } from './checks.ts'
import { runSteps } from './run.ts'

/** `npm run verify`: the quick part of the tests, in under a minute. */
const { passed, failed } = await runSteps([
  ...CHECKS,
  { name: 'unit tests', command: ['vitest', 'run', '--project', 'unit'] },
  { name: 'boundaries', command: ['vitest', 'run', '--project', 'system', 'test/boundaries'] },
])
for (const name of failed) console.log(`failed: ${name}`)
console.log(`${passed} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1
