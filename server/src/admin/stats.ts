import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { databaseFile } from '../config.ts'
import { bytesText, columns, counted } from './columns.ts'
import type { Command } from './command.ts'
import { withStore } from './data.ts'

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Number and bytes of the pictures. A file that goes while we look counts as empty. */
function avatarsIn(data: string): { readonly folder: string; readonly files: number; readonly bytes: number } {
  const folder = join(data, 'avatars')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return { folder, files: names.length, bytes: names.reduce((sum, name) => sum + sizeOf(join(folder, name)), 0) }
}

const stats: Command = {
  usage: 'stats',
  summary: 'Says what takes how much room: tables, files, and whose messages wait.',
  examples: ['stats', 'stats --json'],
  run: (surroundings) =>
    withStore(surroundings, async (store, { data, databaseUrl }) => {
      const { tables, waiting, fileBytes } = await store.stats()
      const file = databaseFile(data)
      const files = { database: sizeOf(file), log: sizeOf(`${file}-wal`) }
      const avatars = avatarsIn(data)
      const lines = [
        ...columns(
          ['TABLE', 'ROWS', 'BYTES'],
          tables.map(({ table, rows, bytes }) => [table, rows, bytes]),
        ),
        '',
        databaseUrl === null
          ? `Database: ${bytesText(files.database)} in ${file}, and ${bytesText(files.log)} in its write-ahead log.`
          : `Database: ${bytesText(fileBytes)} in PostgreSQL.`,
        `Pictures: ${counted(avatars.files, 'file')}, ${bytesText(avatars.bytes)}, in ${avatars.folder}.`,
        '',
        ...(waiting.length === 0
          ? ['No message is waiting.']
          : columns(
              ['WAITING FOR', 'MESSAGES', 'BYTES'],
              waiting.map(({ username, messages, bytes }) => [username, messages, bytes]),
            )),
      ]
      return { lines, json: { tables, files: { path: file, ...files }, avatars, waiting } }
    }),
}

export const STATS_COMMANDS: readonly Command[] = [stats]
