import { ChatnipError } from '@chatnip/protocol'
import type { Claimed, Effect, Event } from '../../engine/events.ts'
import type { Own } from '../../engine/state.ts'
import type { Clock, Transport } from '../../ports.ts'
import type { Cipher } from '../cipher.ts'
import type { SealedRows } from '../vault.ts'
import { plugIn } from '../../engine/part.ts'
import * as whole from '../../engine/whole.ts'
import { claimPackages } from './claims.ts'
import { ManySeen } from './many.ts'
import type { Mls } from './mls.ts'
import type { GroupEffect } from './none.ts'
import { StepSecrets } from './secrets.ts'
import type { Loaded } from './secrets.ts'
import { adoptPending, beginGroup, makeStock, proposeChange, sealInGroup } from './steps.ts'
import { unwrapFrames } from './unwrap.ts'

type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>

plugIn(whole)

export interface GroupPorts {
  readonly cipher: Cipher
  readonly vault: SealedRows
  readonly transport: Transport
  readonly clock: Clock
  readonly own: Own
}

/** Carries out the engine's effects that have to do with groups. */
export class Groups {
  readonly #ports: GroupPorts & { readonly mls: Mls }
  readonly #loaded: Loaded = new Map()

  constructor(ports: GroupPorts & { readonly mls: Mls }) {
    this.#ports = ports
  }

  async outcomeOf(effect: GroupEffect): Promise<Event> {
    const secrets = new StepSecrets({ ...this.#ports, rows: this.#ports.vault, loaded: this.#loaded })
    switch (effect.type) {
      case 'claim':
        return { type: 'claimed', number: effect.number, for: effect.for, result: await this.#claim(effect.names) }
      case 'unwrap':
        return { type: 'unwrapped', batch: effect.batch, result: await this.#unwrap(secrets, effect) }
      case 'begin':
        return { type: 'begun', number: effect.number, made: await beginGroup(secrets, effect, this.#self()) }
      case 'propose':
        return this.#propose(secrets, effect)
      case 'adopt':
        return { type: 'adopted', group: effect.group, made: await adoptPending(secrets, effect) }
      case 'stock':
        return this.#lookAfter(secrets)
    }
  }

  async seal({ message }: EffectOf<'seal'>, group: string): Promise<Event> {
    const { id, to, key } = message
    const { cipher, own, vault: rows } = this.#ports
    const hashLink: Cipher['hashLink'] = (tied, of) => cipher.hashLink(tied, of)
    const secrets = new StepSecrets({ ...this.#ports, rows, loaded: this.#loaded })
    const { link, made } = await sealInGroup(secrets, message, { group, hashLink })
    const all = [{ username: to }, { username: own.username }]
    return { type: 'sealed', id, to: all, key: key.publicKey, link, inGroup: { group, made } }
  }

  /** @throws whatever keeps them from the server: they are wanting at the next count */
  async publish({ texts, lastResort }: EffectOf<'publish'>): Promise<void> {
    const body = { key_packages: [...texts], ...(lastResort === null ? {} : { last_resort: lastResort }) }
    await this.#ports.transport.call('upload_key_packages', body)
  }

  /** A device has another signature key for each key of its account. */
  #self() {
    const { own, clock } = this.#ports
    return { device: `${own.deviceId} ${own.fingerprint}`, now: Math.max(0, clock.now()) }
  }

  async #unwrap(secrets: StepSecrets, { frames, trust, known }: EffectOf<'unwrap'>) {
    const { own, cipher } = this.#ports
    const account = own.username.toLowerCase()
    const { ownKeys } = cipher
    const hashLink: Cipher['hashLink'] = (link, id) => cipher.hashLink(link, id)
    const vouchedKeys: Cipher['vouchedKeys'] = (key, name) => cipher.vouchedKeys(key, name)
    return unwrapFrames({ secrets, account, trust, hashLink, vouchedKeys, ownKeys, many: new ManySeen(known) }, frames)
  }

  async #propose(secrets: StepSecrets, effect: EffectOf<'propose'>): Promise<Event> {
    const made = await proposeChange(secrets, effect)
    return { type: 'proposed', group: effect.group, kind: effect.change.type, made }
  }

  async #lookAfter(secrets: StepSecrets): Promise<Event> {
    const [devices, made] = await Promise.all([this.#devices(), this.#stock(secrets)])
    return { type: 'stocked', made, devices }
  }

  /** The next line, or the next day, asks again. */
  async #devices(): Promise<readonly string[] | null> {
    try {
      const { devices }: { readonly devices?: unknown } = await this.#ports.transport.call('list_devices', {})
      return Array.isArray(devices) ? devices.flatMap(idOf) : null
    } catch {
      return null
    }
  }

  async #stock(secrets: StepSecrets) {
    try {
      const waiting = await this.#ports.transport.call('count_key_packages', {})
      return await makeStock(secrets, { ...waiting, count: Number(waiting.count) }, this.#self())
    } catch {
      // Tried again in a minute.
      return null
    }
  }

  async #claim(names: readonly string[]): Promise<Claimed> {
    try {
      return { outcome: 'claimed', packages: await claimPackages(this.#ports.transport, names) }
    } catch (error) {
      const isRefusal = error instanceof ChatnipError && error.code !== 'unavailable'
      return { outcome: isRefusal ? 'none' : 'unavailable' }
    }
  }
}

/** What the server may have said in truth, whatever the table promises. */
function idOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  const { device_id: device }: { device_id?: unknown } = value
  return typeof device === 'string' ? [device] : []
}
