import { decodeStrictly, toBase64url } from '@chatnip/crypto'
import type { Conversation, Device, KeyPackagePair, Pending, Pins, Spent } from '@chatnip/crypto/conversation'
import { secretKinds } from '../../engine/groups.ts'
import type { SecretRow, Write } from '../../engine/rows.ts'
import type { SealedRows } from '../vault.ts'
import { refusalOf } from './mls.ts'
import type { Mls } from './mls.ts'

/** What was loaded or saved last, with what lies on disk for it: read again only when the disk says something else. */
export type Loaded = Map<string, { readonly steady: string; readonly moving: string; readonly value: Conversation }>

interface Parts {
  readonly mls: Mls
  readonly rows: Pick<SealedRows, 'get' | 'scan'>
  readonly loaded: Loaded
}

const bytesOf = (text: string): Uint8Array => decodeStrictly(text) ?? new Uint8Array()

type PackageKind = 'package' | 'last resort'

/** So many private halves are kept; what is older has been claimed long ago, or never will be. */
const MOST: Readonly<Record<PackageKind, number>> = { package: 200, 'last resort': 3 }

/**
 * The secrets of one step: what lies on disk, and what the step has changed. Nothing is written here; `writes` says what the engine is to
 * write, together with what came of the step.
 */
export class StepSecrets {
  readonly #parts: Parts
  readonly #changed = new Map<string, Write>()
  readonly #conversations = new Map<
    string,
    { value: Conversation | null; readonly epoch: number | null; isMoved: boolean }
  >()
  readonly #spent: Spent[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get mls(): Mls {
    return this.#parts.mls
  }

  async blob(kind: string, name: string): Promise<string | null> {
    const changed = this.#changed.get(`${kind} ${name}`)
    if (changed?.table === 'secrets') return changed.value?.blob ?? null
    return (await this.#parts.rows.get('secrets', [kind, name]))?.blob ?? null
  }

  put(kind: string, name: string, value: SecretRow | null): void {
    this.#changed.set(`${kind} ${name}`, { table: 'secrets', key: [kind, name], value })
  }

  /** @returns null when it is not there, or is damaged */
  async conversation(id: string): Promise<Conversation | null> {
    const known = this.#conversations.get(id)
    if (known !== undefined) return known.value
    const value = await this.#load(id)
    this.#conversations.set(id, { value, epoch: value?.epoch ?? null, isMoved: false })
    return value
  }

  async #load(id: string): Promise<Conversation | null> {
    const { rows, loaded, mls } = this.#parts
    const [steady, moving] = [await rows.get('secrets', ['steady', id]), await rows.get('secrets', ['moving', id])]
    if (steady === null || moving === null) return null
    const before = loaded.get(id)
    if (before?.steady === steady.blob && before.moving === moving.blob) return before.value
    try {
      return await mls.loadConversation({ steady: bytesOf(steady.blob), moving: bytesOf(moving.blob) }, id)
    } catch (error) {
      if (refusalOf(error) === null) throw error
      return null
    }
  }

  /** The conversation has gone on. `spent`: keys that have served. */
  move(value: Conversation, spent: Spent = []): void {
    const epoch = this.#conversations.get(value.id)?.epoch ?? null
    this.#conversations.set(value.id, { value, epoch, isMoved: true })
    this.#spent.push(spent)
  }

  /** The keys under which a group was begun. */
  keepKeys(id: string, pins: Pins, accounts: ReadonlySet<string>): void {
    this.put('keys', id, { blob: JSON.stringify([...pins].filter(([name]) => accounts.has(name))) })
  }

  async keys(id: string): Promise<Pins> {
    const blob = await this.blob('keys', id)
    // Written by this device, and sealed for this place.
    const known: readonly (readonly [string, readonly string[]])[] = blob === null ? [] : JSON.parse(blob)
    return new Map(known)
  }

  /** This device is not in it any more. */
  drop(id: string): void {
    this.#conversations.set(id, { value: null, epoch: null, isMoved: false })
    for (const kind of secretKinds) this.put(kind, id, null)
  }

  async pending(id: string): Promise<Pending | null> {
    const blob = await this.blob('pending', id)
    if (blob === null) return null
    try {
      return await this.#parts.mls.loadPending(bytesOf(blob), id)
    } catch (error) {
      if (refusalOf(error) === null) throw error
      return null
    }
  }

  async keepPending(pending: Pending): Promise<void> {
    this.put('pending', pending.id, { blob: toBase64url(await this.#parts.mls.savePending(pending)) })
  }

  /** This device under the account's present key; made when there is none. @param name of both */
  async device(name: string): Promise<Device> {
    const blob = await this.blob('device', name)
    const { mls } = this.#parts
    if (blob !== null) return mls.loadDevice(bytesOf(blob))
    const device = await mls.makeDevice()
    this.put('device', name, { blob: toBase64url(await mls.saveDevice(device)) })
    return device
  }

  async hasDevice(name: string): Promise<boolean> {
    return (await this.blob('device', name)) !== null
  }

  async package(id: string): Promise<KeyPackagePair | null> {
    const blob = (await this.blob('package', id)) ?? (await this.blob('last resort', id))
    return blob === null ? null : this.#parts.mls.loadKeyPackage(bytesOf(blob))
  }

  /** Somebody has begun a group by it. A last resort may serve again, and is renewed soon. */
  async usePackage(id: string): Promise<void> {
    this.put('package', id, null)
    const row = await this.#parts.rows.get('secrets', ['last resort', id])
    if (row !== null) this.put('last resort', id, { ...row, isUsed: true })
  }

  /** The latest last resort, when it has not served yet. */
  async lastResortMadeAt(): Promise<number | null> {
    const [latest] = await this.#packages('last resort')
    return latest === undefined || latest.value.isUsed === true ? null : (latest.value.madeAt ?? 0)
  }

  /** Newest first. */
  async #packages(kind: PackageKind): Promise<readonly { readonly id: string; readonly value: SecretRow }[]> {
    const rows = await this.#parts.rows.scan('secrets', { from: [kind], to: [`${kind}~`] })
    return rows
      .map(({ key, value }) => ({ id: String(key[1]), value }))
      .toSorted((a, b) => (b.value.order ?? 0) - (a.value.order ?? 0))
  }

  /** Keeps private halves, and lets the oldest go. */
  async keepPackages(kind: PackageKind, pairs: readonly KeyPackagePair[], now: number): Promise<void> {
    const known = await this.#packages(kind)
    const top = known[0]?.value.order ?? 0
    for (const [at, pair] of pairs.entries()) {
      const blob = toBase64url(await this.#parts.mls.saveKeyPackage(pair))
      this.put(kind, pair.id, { blob, order: top + at + 1, madeAt: now })
    }
    for (const { id } of known.slice(Math.max(0, MOST[kind] - pairs.length))) this.put(kind, id, null)
  }

  /** What is to be written. Keys that have served are gone after this. */
  async writes(): Promise<readonly Write[]> {
    for (const { value, epoch, isMoved } of this.#conversations.values()) {
      if (value !== null && isMoved) await this.#save(value, value.epoch !== epoch)
    }
    for (const spent of this.#spent) this.#parts.mls.wipe(spent)
    return [...this.#changed.values()]
  }

  /** Within an epoch only the small piece changes. */
  async #save(value: Conversation, isWhole: boolean): Promise<void> {
    const { mls, loaded } = this.#parts
    const { id } = value
    const before = loaded.get(id)
    if (!isWhole && before !== undefined) {
      const moving = toBase64url(await mls.saveMoving(value))
      this.put('moving', id, { blob: moving })
      loaded.set(id, { steady: before.steady, moving, value })
      return
    }
    const saved = await mls.saveConversation(value)
    const [steady, moving] = [toBase64url(saved.steady), toBase64url(saved.moving)]
    this.put('steady', id, { blob: steady })
    this.put('moving', id, { blob: moving })
    loaded.set(id, { steady, moving, value })
  }
}
