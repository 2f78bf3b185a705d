import { join } from 'node:path'
import { compareClient } from './compare-client.ts'
import { top } from './run.ts'
import { ensureWebBundle } from './bundles.ts'

/**
 * `npm run verify-client -- https://host`: does this host serve the web app that this checkout makes? Ends with 0 when it does, 1 when
 * not, 2 when that could not be found out.
 */
async function main(given: string | undefined): Promise<number> {
  if (given === undefined || !URL.canParse(given) || !/^https?:$/u.test(new URL(given).protocol)) {
    console.log('Say which host: npm run verify-client -- https://chat.example.org')
    return 2
  }
  await ensureWebBundle()
  const host = new URL(given).origin
  const differences = await compareClient(host, join(top, 'web/dist'))
  for (const { path, problem } of differences) console.log(`${path}: ${problem}`)
  if (differences.length === 0) console.log(`${host} serves exactly the web app of this checkout.`)
  else console.log(`${host} does not serve the web app of this checkout: ${differences.length} answers differ.`)
  return differences.length === 0 ? 0 : 1
}

/** In an answer that never came, the reason lies one level down. */
const reasonOf = (error: unknown): string => {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}

process.exitCode = await main(process.argv[2]).catch((error: unknown) => {
  console.log(`That could not be found out: ${reasonOf(error)}`)
  return 2
})
