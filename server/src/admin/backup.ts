import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { filesPlaceOf, readConfig } from '../config.ts'
import type { FilesPlace } from '../files/place.ts'
import { bytesText, counted } from './columns.ts'
import { AdminError } from './command.ts'
import type { Command } from './command.ts'
import { withStore } from './data.ts'
import { checkPlace, copyFiles } from './files.ts'
import type { Figures } from './files.ts'
import { inspect, inspectCopy } from './inspect.ts'

/** Where the pictures and blobs of a copy go. */
const filesBeside = (target: string): string => `${target}.files`

/** Copies pictures and blobs, where they are files of ours. */
async function copyPlace(
  place: FilesPlace,
  target: string,
): Promise<{ line: string; files: ({ folder: string } & Figures) | null }> {
  if ('s3' in place)
    return {
      line: `Pictures and blobs are not in it: they lie at ${place.s3.base}. Copy that bucket as well.`,
      files: null,
    }
  const folder = filesBeside(target)
  const figures = await copyFiles(place.folder, folder)
  const line = `${folder} holds the pictures and blobs: ${counted(figures.files, 'file')}, ${bytesText(figures.bytes)}. The two belong together.`
  return { line, files: { folder, ...figures } }
}

/** @throws AdminError when the place is taken or is no place */
function refuseBadTarget(target: string): void {
  for (const taken of [target, filesBeside(target)])
    if (existsSync(taken)) throw new AdminError(`${taken} is there already and was left as it is. Choose another name.`)
  if (statSync(dirname(target), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new AdminError(`There is no folder ${dirname(target)} to put the backup into.`)
  }
}

const backup: Command = {
  usage: 'backup FILE',
  summary:
    'Copies the whole database into a new file, and pictures and blobs into FILE.files, while the server runs, and checks the copy.',
  examples: ['backup /var/backups/chatnip-monday.db'],
  run: (surroundings, { name }) =>
    withStore(surroundings, async (store, config) => {
      const { databaseUrl } = config
      const target = resolve(surroundings.folder, name)
      refuseBadTarget(target)
      const place = filesPlaceOf(config)
      if ('folder' in place) await checkPlace(place.folder)
      await store.backup(target)
      const { faults } = databaseUrl === null ? inspect(target, 'whole') : await inspectCopy(target)
      if (faults.length > 0) {
        throw new AdminError(`The copy ${target} is damaged (${faults[0] ?? ''}); do not rely on it, and run "doctor".`)
      }
      const bytes = statSync(target).size
      const copied = await copyPlace(place, target)
      return {
        lines: [
          `${target} holds the whole database, ${bytesText(bytes)}, checked. It is as secret as the database itself; only you can read it.`,
          copied.line,
        ],
        json: { file: target, bytes, files: copied.files },
      }
    }),
}

const restore: Command = {
  usage: 'restore FILE',
  summary: 'Puts a copy into an empty PostgreSQL database (DATABASE_URL), before any node runs on it.',
  examples: ['restore /var/backups/chatnip-monday.copy'],
  run: async ({ env, folder }, { name }) => {
    const { databaseUrl } = readConfig(env)
    if (databaseUrl === null)
      throw new AdminError(
        'Without DATABASE_URL there is nothing to do here: the copy is the database. Put it in its place (docs/self-hosting.md).',
      )
    const file = resolve(folder, name)
    const { faults } = await inspectCopy(file)
    if (faults.length > 0) throw new AdminError(`The copy ${file} cannot be used: ${faults[0] ?? ''}.`)
    const { restoreInto } = await import('../store/postgres/restore.ts')
    await restoreInto({ url: databaseUrl, startPatience: 0 }, file)
    return {
      lines: [
        `${file} is in the database. Put the folders of ${filesBeside(file)} where pictures and blobs lie, then start the nodes.`,
      ],
      json: { file },
    }
  },
}

export const BACKUP_COMMANDS: readonly Command[] = [backup, restore]
