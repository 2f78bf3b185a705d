import type { MessageView } from '../../../sdk/src/messenger.ts'
import type { Observation } from '../../oracle/index.ts'
import { SimDevice } from './device.ts'
import { keyName, keysBefore } from './key-names.ts'
import { Dice } from './dice.ts'
import { NO_MUTANT } from './mutants.ts'
import type { Mutant } from './mutants.ts'
import { START } from './names.ts'
import { SimServer } from './server.ts'
import { addDevice, createAccount, emptyTables } from './tables.ts'
import type { Tables } from './tables.ts'
import { Time } from './time.ts'

const UNTOLD: ReadonlySet<string> = new Set(['handed', 'view', 'marked'])

/** One server, some devices and what lies between them, all drawn from one seed: the same seed and the same faults give the same story. */
export class World {
  readonly time: Time = new Time()
  readonly dice: Dice
  readonly mutant: Mutant
  /** Its devices can do MLS. */
  readonly hasGroups: boolean
  readonly server: SimServer
  readonly devices = new Map<string, SimDevice>()
  readonly observations: Observation[] = []
  /** By account, newest first: what the owner's password opens. As they were presented (`keyText`). */
  readonly keyRings = new Map<string, string[]>()
  /** Ids that a mutant sent in place of others. */
  readonly aliases = new Map<string, string>()
  /** By id and addressee: the key that a message was last sealed for. */
  readonly sealedFor = new Map<string, string>()
  /** Devices that somebody asked to add. */
  added = 0
  /** How often an older copy of the server's tables was put back. */
  restores = 0
  /** The story in words; null: nobody will read it. */
  readonly story: string[] | null
  #backup: Tables | null = null

  constructor(
    seed: number,
    options: { readonly mutant?: Mutant; readonly isTold?: boolean; readonly hasGroups?: boolean } = {},
  ) {
    this.hasGroups = options.hasGroups ?? false
    this.dice = new Dice(seed)
    this.mutant = options.mutant ?? NO_MUTANT
    this.story = options.isTold === true ? [] : null
    this.server = new SimServer(this)
  }

  /** Before anything happens: an account with its devices. */
  settle(account: string, ...devices: readonly string[]): void {
    const { tables } = this.server.store
    const key = `key 1 of ${account}`
    this.keyRings.set(account, [key])
    const rest = { passwordHash: '', wrappedByPassword: null, recovery: null, inviteHash: null, proof: null }
    createAccount(tables, { username: account, publicKey: key, now: START, ...rest })
    const number = [...tables.accounts.values()].find(({ username }) => username === account)?.account ?? 0
    for (const deviceId of devices) {
      addDevice(tables, { deviceId, account: number, name: deviceId, createdAt: START })
      this.newDevice(deviceId, account)
    }
  }

  newDevice(name: string, account: string): SimDevice {
    const device = new SimDevice(this, name, account)
    this.devices.set(name, device)
    this.sees({ what: 'joined', device: name, account })
    return device
  }

  boot(): void {
    this.server.store.prepared()
    this.server.boot()
    for (const device of this.devices.values()) device.boot()
  }

  sees(observation: Observation): void {
    this.observations.push(observation)
    if (this.story !== null && !UNTOLD.has(observation.what)) {
      const { what, ...about } = observation
      this.tell(`${what} ${Object.values(about).join(' ')}`)
    }
  }

  tell(line: string): void {
    this.story?.push(`${String(Math.round(this.time.now)).padStart(6)} ms  ${line}`)
  }

  /**
   * A message of an earlier key, which the reader never knew and not every key since vouches for, is called forged: it was made on a device that
   * had not heard of that key, there have been more than three since, or the server went back to an older one.
   */
  isForgiven({ details }: MessageView, sender: string, known: readonly string[]): boolean {
    const key = details?.fingerprint ?? null
    if (key === null || details?.reason !== 'signature wrong' || known.includes(key)) return false
    const ring = this.keyRings.get(sender) ?? []
    const since = ring.slice(0, Math.max(0, ring.map(keyName).indexOf(key)))
    return since.length > 0 && (this.restores > 0 || since.some((text) => !keysBefore(text).includes(key)))
  }

  originalOf(id: string): string {
    return this.aliases.get(id) ?? id
  }

  /** ms that a packet to or from the device takes. */
  delayTo(device: string): number {
    return this.dice.between(1, 12) + (this.devices.get(device)?.slowness ?? 0)
  }

  takeBackup(): void {
    this.#backup = structuredClone(this.server.store.tables)
    this.tell('a backup is taken')
  }

  /** The people who run the server put the backup back. */
  restoreBackup(): void {
    const backup = this.#backup ?? emptyTables()
    if (backup.accounts.size === 0) return
    this.server.crash()
    const kept = new Set([...backup.dedup.values()].map(({ id }) => id))
    for (const { id } of this.server.store.tables.dedup.values()) {
      if (!kept.has(id)) this.sees({ what: 'rolled back', message: this.originalOf(id) })
    }
    this.server.store.restore(backup)
    this.restores += 1
  }

  /** Nothing is under way any more, as far as anybody can see. */
  get isQuiet(): boolean {
    const { store, isOn } = this.server
    const { mailboxes } = store.tables
    if (!isOn || !store.isIdle) return false
    for (const { entries } of mailboxes.values()) if (entries.length > 0) return false
    for (const device of this.devices.values()) if (!device.isQuiet) return false
    return true
  }
}
