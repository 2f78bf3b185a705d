/**
 * Conversations with forward secrecy: MLS (RFC 9420), one group for each conversation, one leaf for each device. State in, state out:
 * no I/O, no clock, and no type of the library. docs/conversations.md has the format, decision 0011 the reasons.
 */
export { addDevices, createConversation, removeDevices, updateKeys } from './commits.ts'
export type { Owner, Pins } from './credential.ts'
export { loadDevice, makeDevice, saveDevice } from './device.ts'
export type { Device } from './device.ts'
export { ConversationError } from './errors.ts'
export type { ConversationErrorCode } from './errors.ts'
export { groupInfo, joinByWelcome, joinExternally } from './joining.ts'
export { loadKeyPackage, makeKeyPackage, readKeyPackage, saveKeyPackage, welcomedKeyPackages } from './key-package.ts'
export type { KeyPackageInfo, KeyPackageOptions, KeyPackagePair } from './key-package.ts'
export { MAX_MESSAGE_BYTES, sealMessage } from './messages.ts'
export type { ReceivedMessage, Sealed } from './messages.ts'
export { adopt, loadPending, savePending, sealWithin, wipe } from './pending.ts'
export type { Adopted, Pending, Spent } from './pending.ts'
export { MAX_DEVICES } from './policy.ts'
export type { Change } from './policy.ts'
export { receive } from './receiving.ts'
export type { Received, ReceivedCommit, ReceivedRemoval } from './receiving.ts'
export { loadConversation, saveConversation, saveMoving } from './saving.ts'
export type { SavedConversation } from './saving.ts'
export type { Conversation } from './state.ts'
