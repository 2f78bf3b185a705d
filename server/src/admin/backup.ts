import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readConfig } from '../config.ts'
import { bytesText } from './columns.ts'
import { AdminError } from './command.ts'
import type { Command } from './command.ts'
import { withStore } from './data.ts'
import { inspect, inspectCopy } from './inspect.ts'

/** @throws AdminError when the place is taken or is no place */
function refuseBadTarget(target: string): void {
  if (existsSync(target)) throw new AdminError(`${target} is there already and was left as it is. Choose another name.`)
  if (statSync(dirname(target), { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new AdminError(`There is no folder ${dirname(target)} to put the backup into.`)
  }
}

const backup: Command = {
  usage: 'backup FILE',
  summary: 'Copies the whole database into a new file, while the server runs, and checks the copy.',
  examples: ['backup /var/backups/chatnip-monday.db'],
  run: (surroundings, { name }) =>
    withStore(surroundings, async (store, { data, databaseUrl }) => {
      const target = resolve(surroundings.folder, name)
      refuseBadTarget(target)
      await store.backup(target)
      const { faults } = databaseUrl === null ? inspect(target, 'whole') : await inspectCopy(target)
      if (faults.length > 0) {
        throw new AdminError(`The copy ${target} is damaged (${faults[0] ?? ''}); do not rely on it, and run "doctor".`)
      }
      const bytes = statSync(target).size
      const avatars = join(data, 'avatars')
      return {
        lines: [
          `${target} holds the whole database, ${bytesText(bytes)}, checked. It is as secret as the database itself; only you can read it.`,
          `The pictures are not in it: copy the folder ${avatars} as well.`,
        ],
        json: { file: target, bytes, avatars },
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
    return { lines: [`${file} is in the database. Start the nodes.`], json: { file } }
  },
}

export const BACKUP_COMMANDS: readonly Command[] = [backup, restore]
