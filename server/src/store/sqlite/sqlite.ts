import type { Store } from '../store.ts'
import { threadOptions } from './options.ts'
import type { SqliteOptions } from './options.ts'
import { CallQueue } from './queue.ts'
import { runAside } from './side-task.ts'

export type { SqliteOptions } from './options.ts'

/** Beyond this a server is so far behind that saying no at once is kinder than a promise. */
const MOST_WAITING = 20_000

/** The calls that go to the storage thread as they are. */
const callsOn = (queue: CallQueue): Omit<Store, 'backup' | 'stats' | 'known' | 'onForeignChange' | 'close'> => ({
  createAccount: (account) => queue.call('createAccount', account),
  findAccount: (username) => queue.call('findAccount', username),
  getAccount: (account) => queue.call('getAccount', account),
  changeAccount: (account, change) => queue.call('changeAccount', account, change),
  deleteAccount: (account) => queue.call('deleteAccount', account),
  listAccounts: (after, limit) => queue.call('listAccounts', after, limit),
  createSession: (session) => queue.call('createSession', session),
  findSession: (hash, now) => queue.call('findSession', hash, now),
  touchSession: (hash, usedAt, expiresAt) => queue.call('touchSession', hash, usedAt, expiresAt),
  endSession: (hash) => queue.call('endSession', hash),
  listSessions: (account, now) => queue.call('listSessions', account, now),
  registerDevice: (hash, device) => queue.call('registerDevice', hash, device),
  listDevices: (account) => queue.call('listDevices', account),
  removeDevice: (account, deviceId) => queue.call('removeDevice', account, deviceId),
  plainMailbox: (account) => queue.call('plainMailbox', account),
  append: (message) => queue.call('append', message),
  read: (mailbox, after, limit) => queue.call('read', mailbox, after, limit),
  acknowledge: (mailbox, upto) => queue.call('acknowledge', mailbox, upto),
  arrivals: (after) => queue.call('arrivals', after),
  take: (mailbox, limit) => queue.call('take', mailbox, limit),
  expire: (before, now, batch) => queue.call('expire', before, now, batch),
  addKeyPackages: (account, deviceId, packages) => queue.call('addKeyPackages', account, deviceId, packages),
  countKeyPackages: (account, deviceId) => queue.call('countKeyPackages', account, deviceId),
  claimKeyPackages: (claim) => queue.call('claimKeyPackages', claim),
  beginBlob: (blob) => queue.call('beginBlob', blob),
  findBlob: (hash) => queue.call('findBlob', hash),
  advanceBlob: (part) => queue.call('advanceBlob', part),
  endBlob: (hash, owner) => queue.call('endBlob', hash, owner),
  releaseBlobs: (now, before, batch) => queue.call('releaseBlobs', now, before, batch),
  forgetBlobs: (hashes) => queue.call('forgetBlobs', hashes),
  setPush: (account, deviceId, push) => queue.call('setPush', account, deviceId, push),
  findPush: (account, deviceId) => queue.call('findPush', account, deviceId),
  claimPushes: (unfetched, times) => queue.call('claimPushes', unfetched, times),
  dropPush: (endpoint) => queue.call('dropPush', endpoint),
  dropEnded: (now, batch) => queue.call('dropEnded', now, batch),
  createInvite: (invite) => queue.call('createInvite', invite),
  listInvites: (now) => queue.call('listInvites', now),
  withdrawInvite: (handle) => queue.call('withdrawInvite', handle),
  checkInvite: (hash, now) => queue.call('checkInvite', hash, now),
  probe: () => queue.call('probe'),
  sweep: (now, batch) => queue.call('sweep', now, batch),
  secret: (name, fresh) => queue.call('secret', name, fresh),
})

/**
 * Opens the embedded store, creating it if need be. Everything that touches the disk happens in a thread of its own.
 *
 * @throws Error with a sentence for people: another server uses the database, it is from a newer Chatnip, the folder is not writable, …
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const listeners: Parameters<Store['onForeignChange']>[0][] = []
  const queue = new CallQueue(threadOptions(options), options.mostWaiting ?? MOST_WAITING, () => {
    for (const listener of listeners) listener(null)
  })
  await queue.start()
  return {
    ...callsOn(queue),
    backup: async (target) => {
      await runAside({ kind: 'backup', file: options.file, target })
    },
    stats: () => runAside({ kind: 'stats', file: options.file }),
    known: (account) => runAside({ kind: 'known', file: options.file, account }),
    onForeignChange: (listener) => {
      listeners.push(listener)
    },
    close: () => queue.close(),
  }
}
