import { afterAll, describe } from 'vitest'
import { startPostgres } from './testing.ts'
import type { TestPostgres } from './testing.ts'

/** Runs a suite on a PostgreSQL of its own. Where there can be none the suite is left out, and its title says so and why. */
export async function withPostgres(title: string, suite: (server: TestPostgres) => void): Promise<void> {
  const server = await startPostgres()
  const missing = typeof server === 'string' ? `: left out, no PostgreSQL here (${server})` : ''
  describe.skipIf(typeof server === 'string')(`${title}${missing}`, () => {
    if (typeof server === 'string') return
    afterAll(() => server.stop())
    suite(server)
  })
}
