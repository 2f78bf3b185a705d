import { describe } from 'vitest'
import { accountContract } from './contract/accounts.ts'
import { appendContract } from './contract/append.ts'
import { blobBackupContract, blobContract } from './contract/blobs.ts'
import { costContract } from './contract/cost.ts'
import { deviceContract } from './contract/devices.ts'
import { expiryContract } from './contract/expiry.ts'
import { endingContract } from './contract/endings.ts'
import { knownContract } from './contract/known.ts'
import { groupContract } from './contract/groups.ts'
import { inviteContract } from './contract/invites.ts'
import { keyPackageContract } from './contract/key-packages.ts'
import { sharedTextContract } from './contract/shared-texts.ts'
import { mailboxContract } from './contract/mailboxes.ts'
import { orderContract } from './contract/order.ts'
import { pushContract } from './contract/pushes.ts'
import { quotaContract } from './contract/quota.ts'
import { sessionContract } from './contract/sessions.ts'
import { upkeepContract } from './contract/upkeep.ts'
import type { OpenStore } from './contract/world.ts'

export type { OpenedStore, OpenStore } from './contract/world.ts'

/**
 * The tests that every implementation of Store passes.
 *
 * @param name what the implementation is called in the test report
 * @param open makes an empty store, with these limits instead of the usual ones
 */
export function storeContract(name: string, open: OpenStore): void {
  describe(`store contract: ${name}`, () => {
    accountContract(open)
    sessionContract(open)
    deviceContract(open)
    appendContract(open)
    orderContract(open)
    quotaContract(open)
    costContract(open)
    mailboxContract(open)
    expiryContract(open)
    sharedTextContract(open)
    groupContract(open)
    endingContract(open)
    keyPackageContract(open)
    blobContract(open)
    blobBackupContract(open)
    pushContract(open)
    inviteContract(open)
    upkeepContract(open)
    knownContract(open)
  })
}
