import { migrate, readMigrations } from '../../../server/src/store/postgres/migrate.ts'
import { settingsOf } from '../../../server/src/store/postgres/options.ts'
import { aside } from '../../../server/src/store/postgres/prepare.ts'

/** A Chatnip of tomorrow, for the rolling upgrades of T10: its tables have a column more for each version, of which the ones before know nothing. */
const known = readMigrations()
const newest = known.length
const more = Array.from({ length: Number(process.env['CHATNIP_TEST_VERSION']) }, (_, n) => ({
  version: newest + n + 1,
  worksWith: newest,
  text: `ALTER TABLE accounts ADD COLUMN next_${n} text; ALTER TABLE mailboxes ADD COLUMN next_${n} bigint NOT NULL DEFAULT 0`,
}))
const settings = settingsOf({ url: process.env['DATABASE_URL'] ?? '' })
await aside(settings, (sql) => migrate(sql, [...known, ...more]))
const { run } = await import('../../../server/src/program.ts')
await run()
