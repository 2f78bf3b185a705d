import { ChatnipError, LIMITS } from '@chatnip/protocol'
import type {
  AccountChange,
  Device,
  NewSession,
  Session,
  Store,
  StoreLimits,
  StoreStats,
} from '../../../server/src/store/store.ts'
import * as blobs from './blobs.ts'
import * as rules from './mailbox-rules.ts'
import * as supplies from './supplies.ts'
import {
  addDevice,
  byName,
  createAccount,
  deleteAccount,
  emptyTables,
  hasDevices,
  mailboxesOf,
  removeDevice,
} from './tables.ts'
import type { DeviceRow, SessionRow, Tables } from './tables.ts'

/** What happens to a commit: `busy` and `full` store nothing; `unsure` stores it and says that it failed, as a failing fsync may. */
export type Weather = 'fine' | 'busy' | 'full' | 'unsure'

/** What a disk is to the store. */
export interface StoreDisk {
  /** Calls back when the writing is through, and again a moment later, when it may be told. */
  write(commit: () => void, tell: () => void): void
  weather(): Weather
  /** True: tells what is only in memory. A mistake that tests must find. */
  readonly isRelaxed: boolean
}

type Operation = { readonly name: string; readonly run: () => () => void; readonly fail: (error: Error) => void }

/**
 * The server's store on a virtual disk: operations wait for the commit under way, then go together into the next, and are answered when it
 * is durable. A crash drops whatever is not committed, and whoever waits for it never hears.
 */
export class SimStore implements Store {
  tables: Tables
  readonly #disk: StoreDisk
  readonly #limits: StoreLimits
  #durable: Tables | null = null
  #queue: Operation[] = []
  #writing = false
  #closed = false
  /** Counts crashes; a commit of an earlier life does not happen. */
  #life = 0

  constructor(disk: StoreDisk, options: { readonly tables?: Tables; readonly limits?: Partial<StoreLimits> } = {}) {
    this.#disk = disk
    this.tables = options.tables ?? emptyTables()
    this.#limits = { ...LIMITS, ...options.limits }
  }

  /** What was put into the tables by hand is on disk now. */
  prepared(): void {
    if (this.#disk.isRelaxed) this.#durable = structuredClone(this.tables)
  }

  get isIdle(): boolean {
    return this.#queue.length === 0 && !this.#writing
  }

  crash(): void {
    this.#life += 1
    this.#queue = []
    this.#writing = false
    if (this.#durable !== null) this.tables = structuredClone(this.#durable)
  }

  /** Puts an older copy in place of what is there. */
  restore(backup: Tables): void {
    this.crash()
    this.tables = structuredClone(backup)
    this.prepared()
  }

  #do<T>(name: string, work: (tables: Tables) => T): Promise<T> {
    if (this.#closed) return Promise.reject(new ChatnipError('unavailable'))
    return new Promise((resolve, reject) => {
      const run = () => {
        const result = work(this.tables)
        return () => resolve(result)
      }
      this.#queue.push({ name, run, fail: reject })
      if (!this.#writing) this.#flush()
    })
  }

  #flush(): void {
    this.#writing = true
    const life = this.#life
    const batch = this.#queue
    this.#queue = []
    let answers: readonly (() => void)[] = this.#disk.isRelaxed ? batch.map((one) => attempt(one, 'fine')) : []
    if (this.#disk.isRelaxed) for (const answer of answers) answer()
    const ifAlive = (run: () => void) => () => {
      if (life === this.#life) run()
    }
    this.#disk.write(
      ifAlive(() => {
        const weather = this.#disk.weather()
        if (this.#disk.isRelaxed) this.prepared()
        else answers = batch.map((one) => attempt(one, weather))
      }),
      ifAlive(() => {
        this.#writing = false
        if (!this.#disk.isRelaxed) for (const answer of answers) answer()
        if (this.#queue.length > 0) this.#flush()
      }),
    )
  }

  createAccount: Store['createAccount'] = (account) => this.#do('create', (tables) => createAccount(tables, account))
  findAccount: Store['findAccount'] = (name) => this.#do('read', (tables) => byName(tables, name))
  getAccount: Store['getAccount'] = (number) => this.#do('read', ({ accounts }) => accounts.get(number) ?? null)
  deleteAccount: Store['deleteAccount'] = (number) => this.#do('delete', (tables) => deleteAccount(tables, number))
  changeAccount: Store['changeAccount'] = (number, change: AccountChange) =>
    this.#do('change', (tables) => {
      const account = tables.accounts.get(number)
      if (account === undefined) return false
      if ((change.publicKey ?? account.publicKey) !== account.publicKey) supplies.forget(tables, number)
      tables.accounts.set(number, { ...account, ...change })
      return true
    })

  createSession: Store['createSession'] = (session) =>
    this.#do('create', (tables) => {
      const { account, device, now: createdAt, expiresAt, hash } = session
      if (!tables.accounts.has(account)) return 'no_such_account'
      if (device?.isNew === true) addDevice(tables, { ...device, account, createdAt })
      tables.sessions.push(sessionRow(session, { account, createdAt, usedAt: createdAt, expiresAt, hash }))
      return 'created'
    })
  findSession: Store['findSession'] = (hash, now) =>
    this.#do('read', (tables) => {
      const row = tables.sessions.find((one) => one.hash === String(hash) && one.session.expiresAt > now)
      return row === undefined ? null : sessionOf(tables, row)
    })
  listDevices: Store['listDevices'] = (account) =>
    this.#do('read', (tables) =>
      tables.devices
        .filter((device) => device.account === account)
        .map((device) => ({ ...deviceOf(device), waiting: tables.mailboxes.get(device.mailbox)?.entries.length ?? 0 })),
    )
  removeDevice: Store['removeDevice'] = (account, id) =>
    this.#do('delete', (tables) => removeDevice(tables, account, id))
  plainMailbox: Store['plainMailbox'] = (account) =>
    this.#do('read', (tables) => {
      if (hasDevices(tables, account)) return null
      return mailboxesOf(tables, account)[0]?.mailbox ?? null
    })

  append: Store['append'] = (message) => this.#do('append', (tables) => rules.append(tables, message, this.#limits))
  read: Store['read'] = (mailbox, after, limit) =>
    this.#do('read', (tables) => rules.read(tables, mailbox, after, limit))
  arrivals: Store['arrivals'] = (after) => this.#do('read', (tables) => rules.arrivals(tables, after))
  acknowledge: Store['acknowledge'] = (mailbox, upto) =>
    this.#do('delete', (tables) => rules.acknowledge(tables, mailbox, upto))
  take: Store['take'] = (mailbox, limit) => this.#do('delete', (tables) => rules.take(tables, mailbox, limit))
  expire: Store['expire'] = (before, now, batch) =>
    this.#do('delete', (tables) => rules.expire(tables, { before, now, batch }))

  dropEnded: Store['dropEnded'] = (now, batch) => this.#do('delete', (tables) => rules.dropEnded(tables, now, batch))

  addKeyPackages: Store['addKeyPackages'] = (account, deviceId, packages) =>
    this.#do('append', (tables) => supplies.add(tables, { account, deviceId }, packages, this.#limits))
  countKeyPackages: Store['countKeyPackages'] = (account, deviceId) =>
    this.#do('read', (tables) => supplies.count(tables, { account, deviceId }))
  claimKeyPackages: Store['claimKeyPackages'] = (claim) => this.#do('append', (tables) => supplies.claim(tables, claim))

  beginBlob: Store['beginBlob'] = (blob) => this.#do('append', (tables) => blobs.begin(tables, blob, this.#limits))
  findBlob: Store['findBlob'] = (hash) => this.#do('read', (tables) => blobs.find(tables, hash))
  advanceBlob: Store['advanceBlob'] = (part) => this.#do('append', (tables) => blobs.advance(tables, part))
  endBlob: Store['endBlob'] = (hash, owner) => this.#do('delete', (tables) => blobs.end(tables, hash, owner))
  releaseBlobs: Store['releaseBlobs'] = (now, before, batch) =>
    this.#do('delete', (tables) => blobs.release(tables, { now, before, batch }))
  forgetBlobs: Store['forgetBlobs'] = (hashes) => this.#do('delete', (tables) => blobs.forget(tables, hashes))

  probe: Store['probe'] = () => this.#do('append', () => undefined)
  sweep: Store['sweep'] = (now) =>
    this.#do('delete', (tables) => {
      const before = now - this.#limits.retentionDays * 86_400_000
      supplies.sweep(tables, before)
      rules.forgetGroups(tables, before)
    })
  stats: Store['stats'] = () => this.#do('read', statsOf)
  close: Store['close'] = async () => {
    await this.#do('read', () => undefined)
    this.#closed = true
  }

  // Sign-in, invites, pushes and backups of files are no part of the simulation.
  setPush: Store['setPush'] = missing
  findPush: Store['findPush'] = missing
  claimPushes: Store['claimPushes'] = missing
  dropPush: Store['dropPush'] = missing
  touchSession: Store['touchSession'] = missing
  endSession: Store['endSession'] = missing
  listSessions: Store['listSessions'] = missing
  registerDevice: Store['registerDevice'] = missing
  listAccounts: Store['listAccounts'] = missing
  createInvite: Store['createInvite'] = missing
  listInvites: Store['listInvites'] = missing
  withdrawInvite: Store['withdrawInvite'] = missing
  checkInvite: Store['checkInvite'] = missing
  backup: Store['backup'] = missing
  known: Store['known'] = missing
  secret: Store['secret'] = missing
  onForeignChange: Store['onForeignChange'] = () => {}
}

function missing(): Promise<never> {
  return Promise.reject(new TypeError('The simulated store does not do that.'))
}

/** What is to be told when the commit may be told. */
function attempt({ name, run, fail }: Operation, weather: Weather): () => void {
  const isRefused = weather === 'busy' || (weather === 'full' && (name === 'append' || name === 'create'))
  if (isRefused) return () => fail(new ChatnipError(weather === 'full' ? 'disk_full' : 'unavailable'))
  try {
    const answer = run()
    return weather === 'unsure' ? () => fail(new ChatnipError('unavailable')) : answer
  } catch (error) {
    return () => fail(error instanceof Error ? error : new TypeError(String(error)))
  }
}

const sessionRow = ({ hash, device }: NewSession, session: SessionRow['session']): SessionRow => ({
  hash: String(hash),
  session,
  deviceId: device?.deviceId ?? null,
})

const deviceOf = ({ deviceId, mailbox, name, createdAt }: DeviceRow): Device => ({
  deviceId,
  mailbox,
  name,
  createdAt,
  lastSeen: new Date(createdAt).toISOString().slice(0, 10),
})

function sessionOf(tables: Tables, { session, deviceId }: SessionRow): Session | null {
  const account = tables.accounts.get(session.account)
  const device = tables.devices.find((one) => one.deviceId === deviceId)
  if (account === undefined) return null
  return {
    ...session,
    username: account.username,
    disabled: false,
    device: device === undefined ? null : deviceOf(device),
  }
}

function statsOf(tables: Tables): StoreStats {
  const { accounts, texts, mailboxes } = tables
  const waiting = [...accounts.values()].flatMap(({ account, username }) => {
    const entries = [...mailboxes.values()].filter((box) => box.account === account).flatMap((box) => box.entries)
    const bytes = entries.reduce((sum, { text }) => sum + (texts.get(text)?.bytes ?? 0), 0)
    return entries.length > 0 ? [{ username, messages: entries.length, bytes }] : []
  })
  return { tables: [{ table: 'messages', rows: texts.size, bytes: 0 }], fileBytes: 0, waiting }
}
