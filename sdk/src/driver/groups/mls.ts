import type {
  Adopted,
  Conversation,
  Device,
  KeyPackageInfo,
  KeyPackageOptions,
  KeyPackagePair,
  Owner,
  Pending,
  Pins,
  Received,
  SavedConversation,
  Sealed,
  Spent,
} from '@chatnip/crypto/conversation'
import type { DeviceKeys } from '../../device-keys.ts'

/**
 * `@chatnip/crypto/conversation` with the keys of this device in its hands: a port, so that a simulation may put something a thousand times
 * faster in its place, and so that the library is loaded when the first group needs it.
 */
export interface Mls {
  makeDevice(): Promise<Device>
  saveDevice(device: Device): Promise<Uint8Array>
  loadDevice(saved: Uint8Array): Promise<Device>
  makeKeyPackage(device: Device, options: KeyPackageOptions): Promise<KeyPackagePair>
  saveKeyPackage(pair: KeyPackagePair): Promise<Uint8Array>
  loadKeyPackage(saved: Uint8Array): Promise<KeyPackagePair>
  readKeyPackage(bytes: Uint8Array, pins: Pins): Promise<KeyPackageInfo>
  welcomedKeyPackages(welcome: Uint8Array): Promise<readonly string[]>
  createConversation(device: Device, now: number, isOfMany: boolean): Promise<Conversation>
  addDevices(conversation: Conversation, keyPackages: readonly Uint8Array[], pins: Pins): Promise<Pending>
  removeDevices(conversation: Conversation, owners: readonly Owner[]): Promise<Pending>
  updateKeys(conversation: Conversation): Promise<Pending>
  sealWithin(pending: Pending, bytes: Uint8Array): Promise<{ readonly pending: Pending; readonly message: Uint8Array }>
  adopt(pending: Pending, current: Conversation): Adopted
  savePending(pending: Pending): Promise<Uint8Array>
  loadPending(saved: Uint8Array, id: string): Promise<Pending>
  joinByWelcome(welcome: Uint8Array, pair: KeyPackagePair, pins: Pins): Promise<Conversation>
  receive(conversation: Conversation, wire: Uint8Array, pins: Pins): Promise<Received>
  sealMessage(conversation: Conversation, bytes: Uint8Array): Promise<Sealed>
  saveConversation(conversation: Conversation): Promise<SavedConversation>
  saveMoving(conversation: Conversation): Promise<Uint8Array>
  loadConversation(saved: SavedConversation, id: string): Promise<Conversation>
  wipe(spent: Spent): void
  /** Below `few` key packages on the server so many are made that there are `full`. */
  readonly supply: { readonly few: number; readonly full: number }
}

/** The real one. Lifetimes are not looked at: the clock may be anywhere (decision 0019). */
export async function loadMls({ box, identity, username, deviceId }: DeviceKeys): Promise<Mls> {
  const mls = await import('@chatnip/crypto/conversation')
  return {
    makeDevice: () => mls.makeDevice({ account: username, device: deviceId }, identity.signing),
    saveDevice: (device) => mls.saveDevice(device, box),
    loadDevice: (saved) => mls.loadDevice(saved, box),
    makeKeyPackage: mls.makeKeyPackage,
    saveKeyPackage: (pair) => mls.saveKeyPackage(pair, box),
    loadKeyPackage: (saved) => mls.loadKeyPackage(saved, box),
    readKeyPackage: (bytes, pins) => mls.readKeyPackage(bytes, pins, null),
    welcomedKeyPackages: mls.welcomedKeyPackages,
    createConversation: mls.createConversation,
    addDevices: (conversation, packages, pins) => mls.addDevices(conversation, packages, { pins, now: null }),
    removeDevices: mls.removeDevices,
    updateKeys: mls.updateKeys,
    sealWithin: mls.sealWithin,
    adopt: mls.adopt,
    savePending: (pending) => mls.savePending(pending, box),
    loadPending: (saved, id) => mls.loadPending(saved, box, id),
    joinByWelcome: mls.joinByWelcome,
    receive: mls.receive,
    sealMessage: mls.sealMessage,
    saveConversation: (conversation) => mls.saveConversation(conversation, box),
    saveMoving: (conversation) => mls.saveMoving(conversation, box),
    loadConversation: (saved, id) => mls.loadConversation(saved, box, id),
    wipe: mls.wipe,
    supply: { few: 10, full: 20 },
  }
}

/** What a conversation refuses, by its code; null: another kind of failure. The class is in the library's part, which may not be loaded. */
export function refusalOf(error: unknown): { readonly code: string; readonly accounts: readonly string[] } | null {
  if (!(error instanceof Error) || error.name !== 'ConversationError' || !('code' in error)) return null
  const accounts: unknown = 'accounts' in error ? error.accounts : []
  const names = Array.isArray(accounts) ? accounts.filter((one) => typeof one === 'string') : []
  return { code: String(error.code), accounts: names }
}
