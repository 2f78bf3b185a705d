import type { Account, NewAccount, Session, StoreLimits } from '../../../server/src/store/store.ts'

/** What the simulated server keeps, as plain values: a copy of them is a backup. */
export interface Tables {
  accounts: Map<number, Account>
  devices: DeviceRow[]
  sessions: SessionRow[]
  mailboxes: Map<number, Mailbox>
  texts: Map<number, Text>
  dedup: Map<string, { readonly id: string; readonly digest: string; readonly after: number }>
  /** By device id. */
  supplies: Map<string, DeviceSupply>
  /** By hash. */
  blobs: Map<string, BlobRow>
  groups: Map<string, { readonly epoch: number; readonly usedOn: number }>
  lastNumber: number
  expiryPassed: number
}

export interface DeviceSupply {
  waiting: readonly string[]
  lastResort: string | null
  /** Texts that were handed out, and when. */
  claimed: Map<string, number>
}

export interface BlobRow {
  readonly hash: Uint8Array
  /** Null: nobody's any more. */
  owner: number | null
  readonly size: number
  readonly isOwn: boolean
  readonly life: number
  uploaded: number
  endsAt: number
  releasedAt: number | null
}

export interface DeviceRow {
  readonly deviceId: string
  readonly account: number
  readonly mailbox: number
  readonly name: string
  readonly createdAt: number
}

export interface SessionRow {
  readonly hash: string
  readonly session: Omit<Session, 'device' | 'username' | 'disabled'>
  readonly deviceId: string | null
}

export interface Mailbox {
  readonly mailbox: number
  readonly account: number
  lastSeq: number
  entries: { readonly seq: number; readonly text: number }[]
}

export interface Text {
  readonly kind: 'message' | 'expired'
  readonly sender: number
  readonly addressee: number
  readonly acceptedAt: number
  /** When the sender wants it gone. */
  readonly endsAt: number | null
  readonly id: string
  readonly timestamp: number
  readonly body: string
  readonly bytes: number
  holders: number
  fetched: boolean
}

export const emptyTables = (): Tables => ({
  accounts: new Map(),
  devices: [],
  sessions: [],
  mailboxes: new Map(),
  texts: new Map(),
  dedup: new Map(),
  supplies: new Map(),
  blobs: new Map(),
  groups: new Map(),
  lastNumber: 0,
  expiryPassed: 0,
})

/** A to Z only, as SQLite's NOCASE. */
export const fold = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

export const byName = ({ accounts }: Tables, name: string): Account | null => {
  for (const account of accounts.values()) if (fold(account.username) === fold(name)) return account
  return null
}

export const mailboxesOf = ({ mailboxes }: Tables, account: number): Mailbox[] =>
  [...mailboxes.values()].filter((mailbox) => mailbox.account === account)

export const hasDevices = ({ devices }: Tables, account: number): boolean =>
  devices.some((device) => device.account === account)

export function nextNumber(tables: Tables): number {
  tables.lastNumber += 1
  return tables.lastNumber
}

export function newMailbox(tables: Tables, account: number): Mailbox {
  const mailbox: Mailbox = { mailbox: nextNumber(tables), account, lastSeq: 0, entries: [] }
  tables.mailboxes.set(mailbox.mailbox, mailbox)
  return mailbox
}

export function createAccount(tables: Tables, fresh: NewAccount): 'created' | 'name_taken' {
  if (byName(tables, fresh.username) !== null) return 'name_taken'
  const account = nextNumber(tables)
  const { username, passwordHash, publicKey, wrappedByPassword, recovery, now: createdAt } = fresh
  const rest = { freshStart: null, avatar: null, disabled: false, createdAt }
  tables.accounts.set(account, { account, username, passwordHash, publicKey, wrappedByPassword, recovery, ...rest })
  newMailbox(tables, account)
  return 'created'
}

/** A mailbox lets go of places; a text goes with its last holder. */
export function drop(
  tables: Tables,
  mailbox: Mailbox,
  is: (entry: { seq: number; text: number }) => boolean,
  fetched: boolean,
): void {
  for (const entry of mailbox.entries.filter(is)) {
    const text = tables.texts.get(entry.text)
    if (text === undefined) continue
    text.holders -= 1
    text.fetched ||= fetched
    if (text.holders === 0) tables.texts.delete(entry.text)
  }
  mailbox.entries = mailbox.entries.filter((entry) => !is(entry))
}

export function deleteAccount(tables: Tables, account: number): boolean {
  if (!tables.accounts.delete(account)) return false
  for (const blob of tables.blobs.values()) if (blob.owner === account) blob.owner = null
  for (const mailbox of tables.mailboxes.values()) {
    drop(
      tables,
      mailbox,
      ({ text }) => mailbox.account === account || tables.texts.get(text)?.sender === account,
      false,
    )
    if (mailbox.account === account) tables.mailboxes.delete(mailbox.mailbox)
  }
  for (const device of tables.devices) if (device.account === account) tables.supplies.delete(device.deviceId)
  tables.devices = tables.devices.filter((device) => device.account !== account)
  tables.sessions = tables.sessions.filter(({ session }) => session.account !== account)
  for (const key of tables.dedup.keys()) if (key.startsWith(`${account} `)) tables.dedup.delete(key)
  return true
}

/** The first device takes over the plain mailbox. */
export function addDevice(tables: Tables, device: Omit<DeviceRow, 'mailbox'>): void {
  const first = hasDevices(tables, device.account) ? undefined : mailboxesOf(tables, device.account)[0]
  const { mailbox } = first ?? newMailbox(tables, device.account)
  tables.devices.push({ ...device, mailbox })
}

/** An account always keeps one mailbox. */
export function removeDevice(tables: Tables, account: number, deviceId: string): boolean {
  const device = tables.devices.find((one) => one.account === account && one.deviceId === deviceId)
  if (device === undefined) return false
  const mailbox = tables.mailboxes.get(device.mailbox)
  if (mailbox !== undefined && mailboxesOf(tables, account).length > 1) {
    drop(tables, mailbox, () => true, false)
    tables.mailboxes.delete(device.mailbox)
  }
  tables.supplies.delete(deviceId)
  tables.devices = tables.devices.filter((one) => one !== device)
  tables.sessions = tables.sessions.filter((session) => session.deviceId !== deviceId)
  return true
}

/** Whether one more text of so many bytes may lie in the mailbox. */
export function hasRoom(
  tables: Tables,
  mailbox: Mailbox,
  { sender, bytes, limits }: { readonly sender: number; readonly bytes: number; readonly limits: StoreLimits },
): boolean {
  const texts = mailbox.entries.flatMap(({ text }) => tables.texts.get(text) ?? [])
  const fits = (list: readonly Text[], share: number): boolean =>
    list.length + 1 <= limits.mailboxMessages * share &&
    list.reduce((sum, text) => sum + text.bytes, bytes) <= limits.mailboxBytes * share
  if (!fits(texts, 1)) return false
  if (sender === mailbox.account || fits(texts, limits.senderShare)) return true
  return fits(
    texts.filter((text) => text.kind === 'message' && text.sender === sender),
    limits.senderShare,
  )
}
