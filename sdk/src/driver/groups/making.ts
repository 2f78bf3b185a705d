import { toBase64url } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import { nameOfMany, roleOf } from '../../engine/many/info.ts'
import { isTitle, LIMITS_OF_MANY } from '../../engine/many/value.ts'
import type { Info, Role } from '../../engine/many/info.ts'
import type { Wish } from '../../engine/many/wishes.ts'
import type { ClaimedPackage } from '../../engine/state.ts'
import { NetworkError } from '../../ports.ts'
import type { Randomness, Transport } from '../../ports.ts'
import type { Driver } from '../driver.ts'
import { pictureTypeOf } from '../pictures.ts'
import { claimPackages } from './claims.ts'

export interface MakingPorts {
  readonly driver: Driver
  readonly transport: Transport
  readonly random: Randomness
}

interface Found {
  /** In lower case. */
  readonly accounts: readonly string[]
  /** As they were asked for. */
  readonly left: readonly string[]
  readonly packages: readonly ClaimedPackage[]
}

const ID_BYTES = 16

/** What a person does with groups of many. */
export class Making {
  readonly #ports: MakingPorts

  constructor(ports: MakingPorts) {
    this.#ports = ports
  }

  async make(title: string, names: readonly string[], picture?: Uint8Array) {
    const { driver, random } = this.#ports
    const own = driver.state.own.username.toLowerCase()
    const text = titleOf(title)
    const image = pictureText(picture ?? null)
    const { accounts, left, packages } = await this.#find(names, [own])
    const members = [
      { account: own, role: 'owner' as const },
      ...accounts.map((account) => ({ account, role: 'member' as const })),
    ]
    const id = Array.from(random.bytes(ID_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('')
    const info: Info = { id, version: 1, title: text, picture: image, members }
    if (packages.length >= LIMITS_OF_MANY.devices || members.length > LIMITS_OF_MANY.members)
      throw new ChatnipError('group_full')
    await driver.call({ type: 'make group', info, packages })
    return { conversation: nameOfMany(info), left }
  }

  async add(conversation: string, names: readonly string[]) {
    const { info, devices } = this.#group(conversation)
    const own = this.#ports.driver.state.own.username.toLowerCase()
    if (roleOf(info, own) !== 'owner') throw new ChatnipError('not_allowed')
    const fresh = names.filter((name) => roleOf(info, name.toLowerCase()) === null)
    const { accounts, left, packages } = await this.#find(fresh, [])
    const isFull =
      packages.length + devices > LIMITS_OF_MANY.devices ||
      info.members.length + accounts.length > LIMITS_OF_MANY.members
    if (isFull) throw new ChatnipError('group_full')
    if (accounts.length > 0) await this.#wish(conversation, { type: 'add', accounts, packages })
    return { left }
  }

  async remove(conversation: string, name: string): Promise<void> {
    const account = this.#member(conversation, name)
    const isOwn = account === this.#ports.driver.state.own.username.toLowerCase()
    await this.#wish(conversation, isOwn ? { type: 'leave' } : { type: 'remove', account })
  }

  leave(conversation: string): Promise<void> {
    return this.#wish(conversation, { type: 'leave' })
  }

  async setRole(conversation: string, name: string, role: Role): Promise<void> {
    await this.#wish(conversation, { type: 'role', account: this.#member(conversation, name), role })
  }

  async rename(conversation: string, title: string): Promise<void> {
    await this.#wish(conversation, { type: 'title', title: titleOf(title) })
  }

  async setPicture(conversation: string, picture: Uint8Array | null): Promise<void> {
    await this.#wish(conversation, { type: 'picture', picture: pictureText(picture) })
  }

  async #wish(conversation: string, wish: Wish): Promise<void> {
    await this.#ports.driver.call({ type: 'change group', conversation, wish })
  }

  #group(conversation: string): { readonly info: Info; readonly devices: number } {
    const { peers, groups } = this.#ports.driver.state
    const peer = peers.get(conversation.toLowerCase())
    if (peer?.many === undefined) throw new ChatnipError('not_found')
    const sizes = [...groups.values()]
      .filter(({ number }) => number === peer.number)
      .map(({ members }) => members.length)
    return { info: peer.many.info, devices: Math.max(0, ...sizes) }
  }

  #member(conversation: string, name: string): string {
    const account = name.toLowerCase()
    if (roleOf(this.#group(conversation).info, account) === null) throw new ChatnipError('not_found')
    return account
  }

  /** Who they are, and with which of their devices a group can be begun. @param also whose devices are wanted too */
  async #find(names: readonly string[], also: readonly string[]): Promise<Found> {
    const { driver } = this.#ports
    const own = driver.state.own.username.toLowerCase()
    const wanted = [...new Set(names.map((name) => name.toLowerCase()))].filter((name) => name !== own)
    if (wanted.length >= LIMITS_OF_MANY.members) throw new ChatnipError('group_full')
    const found = await Promise.all(wanted.map((name) => driver.call({ type: 'meet', name })))
    const packages = await this.#claim([...wanted, ...also])
    const accounts = wanted.filter((name) => packages.some(({ account }) => account === name))
    return { accounts, left: found.filter((name) => !accounts.includes(name.toLowerCase())), packages }
  }

  async #claim(names: readonly string[]): Promise<readonly ClaimedPackage[]> {
    try {
      return await claimPackages(this.#ports.transport, names)
    } catch (error) {
      throw error instanceof NetworkError ? new ChatnipError('unavailable', { cause: error }) : error
    }
  }
}

function titleOf(title: string): string {
  const text = title.trim()
  if (text === '') throw new ChatnipError('bad_request')
  if (!isTitle(text)) throw new ChatnipError('too_large')
  return text
}

function pictureText(picture: Uint8Array | null): string | null {
  if (picture === null) return null
  if (picture.length > LIMITS_OF_MANY.pictureBytes) throw new ChatnipError('too_large')
  if (pictureTypeOf(picture) === null) throw new ChatnipError('image_invalid')
  return toBase64url(picture)
}
