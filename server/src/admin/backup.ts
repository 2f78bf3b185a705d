import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { bytesText } from './columns.ts'
import { AdminError } from './command.ts'
import type { Command } from './command.ts'
import { withStore } from './data.ts'
import { inspect } from './inspect.ts'

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
    withStore(surroundings, async (store, { data }) => {
      const target = resolve(surroundings.folder, name)
      refuseBadTarget(target)
      await store.backup(target)
      const { faults } = inspect(target, 'whole')
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

export const BACKUP_COMMANDS: readonly Command[] = [backup]
