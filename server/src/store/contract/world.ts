import type { Account, AppendResult, Device, NewAccount, NewMessage, Store, StoreLimits } from '../store.ts'

/** One open store of the implementation under test, in a folder of its own. */
export interface OpenedStore {
  readonly store: Store
  /** Closes the store and opens the same data again. Replaces `store`, which is used no more. */
  readonly reopen: () => Promise<Store>
  /** A second connection to the same data, as the admin command has it. The caller closes it. */
  readonly beside: () => Promise<Store>
  /** Opens a copy that `backup` made. The caller closes it. */
  readonly openBackup: (file: string) => Promise<Store>
  /** An empty folder for the test's files. */
  readonly folder: string
  /** Closes whatever is open and removes the data. */
  readonly close: () => Promise<void>
}

export type OpenStore = (limits?: Partial<StoreLimits>) => Promise<OpenedStore>

export const NOW = 1_800_000_000_000
export const DAY = 86_400_000
export const EVERYTHING = { count: 1_000_000, bytes: Number.MAX_SAFE_INTEGER }

/** 32 different bytes per number. */
export const hashOf = (number: number): Uint8Array => new Uint8Array(32).fill(number % 256).fill(number >> 8, 0, 8)

/** A valid UUID per number. */
export const idOf = (number: number): string => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

export const newAccount = (username: string, more: Partial<NewAccount> = {}): NewAccount => ({
  username,
  passwordHash: '$argon2id$…',
  publicKey: 'key of ' + username,
  wrappedByPassword: null,
  recovery: null,
  now: NOW,
  inviteHash: null,
  proof: null,
  ...more,
})

/** Signs up and returns the account. */
export async function signUp(store: Store, username: string): Promise<Account> {
  await store.createAccount(newAccount(username))
  const account = await store.findAccount(username)
  if (account === null) throw new Error(`${username} was not created`)
  return account
}

let sessions = 0

/** Registers a device by a session of its own and returns it with the session's hash. */
export async function addDevice(
  store: Store,
  account: Account,
  deviceId: string,
): Promise<Device & { readonly hash: Uint8Array }> {
  sessions += 1
  const hash = hashOf(sessions)
  const device = { deviceId, name: `${account.username} ${deviceId}`, isNew: true }
  const result = await store.createSession({
    hash,
    account: account.account,
    now: NOW,
    expiresAt: NOW + 30 * DAY,
    device,
  })
  const session = await store.findSession(hash, NOW)
  if (session === null || session.device === null) throw new Error(`no device: ${result}`)
  return { ...session.device, hash }
}

export async function plainMailbox(store: Store, account: Account): Promise<number> {
  const mailbox = await store.plainMailbox(account.account)
  if (mailbox === null) throw new Error(`${account.username} has no plain mailbox`)
  return mailbox
}

/** A message of `from` to one or several names, all with the same text. */
export const message = (
  from: Account,
  to: string | readonly string[],
  more: Partial<NewMessage> & { readonly number: number; readonly text?: string },
): NewMessage => ({
  sender: from.account,
  fromMailbox: more.fromMailbox ?? null,
  id: more.id ?? idOf(more.number),
  timestamp: more.timestamp ?? 1_800_000_000,
  to: more.to ?? [to].flat().map((username) => ({ username, message_text: more.text ?? `text ${more.number}` })),
  ...(more.group === undefined ? {} : { group: more.group }),
  ...(more.expiresIn === undefined ? {} : { expiresIn: more.expiresIn }),
  now: more.now ?? NOW,
})

/** The same text for all of them, sent once. */
export const messageForAll = (
  from: Account,
  to: readonly string[],
  more: Partial<NewMessage> & { readonly number: number; readonly text: string },
): NewMessage => ({ ...message(from, to, more), to: to.map((username) => ({ username })), text: more.text })

/** The places of an accepted message, or a failed test. */
export function placesOf(result: AppendResult): readonly { mailbox: number; seq: number; index: number }[] {
  if (result.result !== 'accepted') throw new Error(`not accepted: ${result.result}`)
  return result.entries
}

/** What waits in a mailbox, as `seq text` (or `seq expired id peer`). */
export async function waiting(store: Store, mailbox: number): Promise<string[]> {
  const entries = await store.read(mailbox, 0, EVERYTHING)
  return entries.map((entry) =>
    entry.kind === 'message' ? `${entry.seq} ${entry.text}` : `${entry.seq} expired ${entry.id} ${entry.peer}`,
  )
}
