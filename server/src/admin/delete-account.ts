import { removeAccount } from '../accounts/account.ts'
import { openAvatars } from '../accounts/avatars.ts'
import { localBus } from '../bus/local.ts'
import { filesPlaceOf } from '../config.ts'
import { openFiles } from '../files/place.ts'
import { AdminError } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { accountOf, withStore } from './data.ts'

/** @throws AdminError unless the person at the terminal types the account's name */
async function confirm({ ask }: Surroundings, username: string): Promise<void> {
  if (ask === null) {
    throw new AdminError(`Nobody is here to confirm that ${username} is to be deleted; add --yes if you are sure.`)
  }
  const answer = await ask(
    `This deletes ${username} with its keys, devices and waiting messages, for ever. Type the name to go on: `,
  )
  if (answer.trim().toLowerCase() !== username.toLowerCase()) throw new AdminError('Nothing was deleted.')
}

export const DELETE_ACCOUNT: Command = {
  usage: 'accounts delete NAME [--yes]',
  summary: 'Deletes an account with its keys, devices, picture and waiting messages, sent and received; asks before.',
  examples: ['accounts delete mallory', 'accounts delete mallory --yes'],
  options: { yes: { type: 'boolean' } },
  run: (surroundings, { name, values }) =>
    withStore(surroundings, async (store, config) => {
      const account = await accountOf(store, name)
      if (values['yes'] !== true) await confirm(surroundings, account.username)
      // Nobody listens to this bus: a running server sees in the database that something has changed.
      await removeAccount(
        { store, bus: localBus(), avatars: openAvatars(store, openFiles(filesPlaceOf(config))) },
        account,
      )
      return { lines: [`${account.username} is deleted. The name is free again.`], json: { deleted: account.username } }
    }),
}
