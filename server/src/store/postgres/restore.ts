import { restoreBackup } from './backup.ts'
import { aside, prepare } from './prepare.ts'
import { settingsOf } from './options.ts'
import type { PostgresOptions } from './options.ts'

/**
 * Puts a copy that `backup` made into an empty database, creating its tables.
 * @throws Error with a sentence for people
 */
export async function restoreInto(options: PostgresOptions, file: string): Promise<void> {
  const settings = settingsOf(options)
  await prepare(settings)
  await aside(settings, (sql) => restoreBackup(sql, file))
}
