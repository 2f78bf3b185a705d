import { createMessenger } from '@chatnip/sdk'
import type { Messenger } from '@chatnip/sdk'
import { profileName } from '@chatnip/sdk/accounts'
import { filesOver } from '@chatnip/sdk/files'
import { blobTransport } from '../device/blobs.ts'
import { browserClock, browserRandomness } from '../device/environment.ts'
import { openStores } from '../device/stores.ts'
import { HAS_GROUPS } from './has-groups.ts'

/** The engine of the account that is signed in here. A part of the app of its own: whoever is not signed in does without. */
export const startEngine = async (username: string): Promise<Messenger> => {
  const stores = await openStores(await profileName(username))
  return createMessenger({
    transport: blobTransport,
    stores,
    clock: browserClock,
    random: browserRandomness,
    hasGroups: HAS_GROUPS,
    files: filesOver(blobTransport, stores.rows),
    holdsStrangers: true,
  })
}
