import { bad, ok, reasonOf } from './finding.ts'
import type { Finding } from './finding.ts'

/** Opens the database that several nodes share, as each of them does, and writes to it. */
export async function checkShared(
  url: string,
): Promise<{ readonly findings: readonly Finding[]; readonly newest: null }> {
  const { openPostgresStore } = await import('../../store/postgres/postgres.ts')
  try {
    const store = await openPostgresStore({ url, role: 'admin', startPatience: 0, connections: 1 })
    try {
      await store.probe()
    } finally {
      await store.close()
    }
    return { findings: [ok('PostgreSQL opens, writes, and flushes every commit to the disk.')], newest: null }
  } catch (error) {
    return { findings: [bad(`PostgreSQL cannot be used: ${reasonOf(error)}`)], newest: null }
  }
}
