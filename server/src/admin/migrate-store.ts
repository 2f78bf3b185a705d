import { existsSync } from 'node:fs'
import { databaseFile, readConfig } from '../config.ts'
import { counted } from './columns.ts'
import { AdminError } from './command.ts'
import type { Command } from './command.ts'
import { noDatabase } from './data.ts'
import { openSource } from './migrate-store/source.ts'

const migrateStore: Command = {
  usage: 'migrate-store',
  summary:
    'Moves everything from the database in the folder (CHATNIP_DATA) into an empty PostgreSQL (DATABASE_URL), while no server runs; the folder stays as it is.',
  examples: ['migrate-store'],
  run: async ({ env }) => {
    const { data, databaseUrl, files } = readConfig(env)
    const file = databaseFile(data)
    if (!existsSync(file)) throw noDatabase(data)
    if (databaseUrl === null)
      throw new AdminError('DATABASE_URL must name the empty PostgreSQL database into which everything is to be moved.')
    const source = openSource(file)
    try {
      const { moveInto } = await import('./migrate-store/target.ts')
      const moved = await moveInto(databaseUrl, source)
      const figures = [
        counted(moved['accounts'] ?? 0, 'account'),
        counted(moved['devices'] ?? 0, 'device'),
        counted(moved['messages'] ?? 0, 'waiting text'),
        counted(moved['dedup'] ?? 0, 'id of a sent message', 'ids of sent messages'),
      ]
      return {
        lines: [
          `Everything is in PostgreSQL: ${figures.join(', ')}. ${file} is as it was; start no server on it any more.`,
          ...(files === null
            ? [
                `Pictures and blobs stay in ${data}. Where several machines need them, copy the folders avatars and blobs to the place that CHATNIP_FILES names.`,
              ]
            : []),
        ],
        json: { moved },
      }
    } finally {
      source.close()
    }
  },
}

export const MIGRATE_COMMANDS: readonly Command[] = [migrateStore]
