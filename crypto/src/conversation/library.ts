import * as clientState from 'ts-mls/clientState.js'
import * as treeMath from 'ts-mls/treemath.js'
import { ConversationError } from './errors.ts'

/**
 * Everything that is taken from the MLS library (RFC 9420); no other file names it but for types. Single modules and not its index:
 * that one pulls in suites that nobody here speaks.
 */

// Fails closed: as published, the library forks groups, and a stranger's bytes can make it climb a tree for ever (decision 0011).
for (const file of [clientState, treeMath]) {
  if (!('corrected' in file) || file.corrected !== 'chatnip 1') throw new ConversationError('library_uncorrected')
}

export { createGroup, joinGroup } from 'ts-mls/clientState.js'
export { encode } from 'ts-mls/codec/tlsEncoder.js'
export { createCommit, createGroupInfoWithExternalPubAndRatchetTree, joinGroupExternal } from 'ts-mls/createCommit.js'
export { createApplicationMessage } from 'ts-mls/createMessage.js'
export { makeGenericHpke } from 'ts-mls/crypto/implementation/hpke.js'
export { decodeGroupContext, groupContextEncoder } from 'ts-mls/groupContext.js'
export { ratchetTreeFromExtension } from 'ts-mls/groupInfo.js'
export { generateKeyPackageWithKey, makeKeyPackageRef, verifyKeyPackage } from 'ts-mls/keyPackage.js'
export { decodeKeySchedule, keyScheduleEncoder } from 'ts-mls/keySchedule.js'
export { verifyLeafNodeSignatureKeyPackage } from 'ts-mls/leafNode.js'
export { decodeMlsMessage, encodeMlsMessage } from 'ts-mls/message.js'
export { unprotectPrivateMessage } from 'ts-mls/messageProtection.js'
export { unprotectPublicMessage } from 'ts-mls/messageProtectionPublic.js'
export { decodePrivateKeyPath, privateKeyPathEncoder } from 'ts-mls/privateKeyPath.js'
export { decryptSenderData } from 'ts-mls/privateMessage.js'
export { processPrivateMessage, processPublicMessage } from 'ts-mls/processMessages.js'
export { emptyPskIndex } from 'ts-mls/pskIndex.js'
export { decodeRatchetTree, ratchetTreeEncoder } from 'ts-mls/ratchetTree.js'
export { decodeSecretTree, secretTreeEncoder } from 'ts-mls/secretTree.js'
export { constantTimeEqual } from 'ts-mls/util/constantTimeCompare.js'
