import { statSync } from 'node:fs'
import { databaseFile, filesPlaceOf } from '../config.ts'
import type { Config } from '../config.ts'
import { bytesText, columns, counted } from './columns.ts'
import type { Command } from './command.ts'
import { withStore } from './data.ts'
import { figuresOf } from './files.ts'

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** What pictures and blobs take, where that can be seen from here. */
async function filesOf(config: Config): Promise<{ readonly lines: readonly string[]; readonly json: object }> {
  const place = filesPlaceOf(config)
  if ('s3' in place) return { lines: [`Pictures and blobs: at ${place.s3.base}.`], json: { place: place.s3.base } }
  const { avatars, blobs } = await figuresOf(place.folder)
  const line = (what: string, { files, bytes }: typeof blobs) =>
    `${what}: ${counted(files, 'file')}, ${bytesText(bytes)}`
  return {
    lines: [`${line('Pictures', avatars)}; ${line('blobs', blobs)}; in ${place.folder}.`],
    json: { place: place.folder, avatars, blobs },
  }
}

const stats: Command = {
  usage: 'stats',
  summary: 'Says what takes how much room: tables, files, and whose messages wait.',
  examples: ['stats', 'stats --json'],
  run: (surroundings) =>
    withStore(surroundings, async (store, config) => {
      const { data, databaseUrl } = config
      const { tables, waiting, fileBytes } = await store.stats()
      const file = databaseFile(data)
      const files = { database: sizeOf(file), log: sizeOf(`${file}-wal`) }
      const stored = await filesOf(config)
      const lines = [
        ...columns(
          ['TABLE', 'ROWS', 'BYTES'],
          tables.map(({ table, rows, bytes }) => [table, rows, bytes]),
        ),
        '',
        databaseUrl === null
          ? `Database: ${bytesText(files.database)} in ${file}, and ${bytesText(files.log)} in its write-ahead log.`
          : `Database: ${bytesText(fileBytes)} in PostgreSQL.`,
        ...stored.lines,
        '',
        ...(waiting.length === 0
          ? ['No message is waiting.']
          : columns(
              ['WAITING FOR', 'MESSAGES', 'BYTES'],
              waiting.map(({ username, messages, bytes }) => [username, messages, bytes]),
            )),
      ]
      return { lines, json: { tables, files: { path: file, ...files }, ...stored.json, waiting } }
    }),
}

export const STATS_COMMANDS: readonly Command[] = [stats]
