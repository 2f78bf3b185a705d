import { person } from '../testing.ts'
import type { PEOPLE } from '../testing.ts'
import { addDevices, createConversation } from './commits.ts'
import type { Pins } from './credential.ts'
import { makeDevice } from './device.ts'
import type { Device } from './device.ts'
import { joinByWelcome } from './joining.ts'
import { makeKeyPackage } from './key-package.ts'
import { sealMessage } from './messages.ts'
import { adopt } from './pending.ts'
import type { Pending } from './pending.ts'
import { receive } from './receiving.ts'
import type { Conversation } from './state.ts'

/** For tests: people with known keys, their devices, and a room in which everybody hears everything in the same order. */

export const NOW = 1_800_000_000

export type Account = keyof typeof PEOPLE

export const IDENTITIES = {
  alice: await person('alice'),
  bob: await person('bob'),
  mallory: await person('mallory'),
} satisfies Record<Account, unknown>

/** What honest people have pinned. */
export const PINS: Pins = new Map(Object.entries(IDENTITIES).map(([name, { publicKey }]) => [name, [publicKey]]))

export const OPTIONS = { pins: PINS, now: NOW }

export const deviceOf = (account: Account, device: string): Promise<Device> =>
  makeDevice({ account, device }, IDENTITIES[account].signing)

export const makeKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

/** The conversation as each device sees it, by the device's name. */
export type Room = Readonly<Record<string, Conversation>>

/** A room with these devices; the first one made it. */
export async function openRoom(devices: readonly Device[]): Promise<Room> {
  const [founder, ...others] = devices
  if (founder === undefined) throw new RangeError('A room needs somebody.')
  const conversation = await createConversation(founder, NOW)
  if (others.length === 0) return { [founder.device]: conversation }
  const pairs = await Promise.all(others.map((device) => makeKeyPackage(device, { now: NOW, days: 30 })))
  const pending = await addDevices(
    conversation,
    pairs.map(({ keyPackage }) => keyPackage),
    OPTIONS,
  )
  const joined = await Promise.all(
    pairs.map(async (pair, at): Promise<[string, Conversation]> => [
      others[at]?.device ?? '',
      await joinByWelcome(welcomeOf(pending), pair, PINS),
    ]),
  )
  return { [founder.device]: adopt(pending, conversation).conversation, ...Object.fromEntries(joined) }
}

export function welcomeOf({ welcome }: Pending): Uint8Array {
  if (welcome === null) throw new TypeError('Nobody was added.')
  return welcome
}

export function at(room: Room, name: string): Conversation {
  const conversation = room[name]
  if (conversation === undefined) throw new RangeError(`${name} is not in the room.`)
  return conversation
}

/** The server took `maker`'s commit: everybody else receives it. Who is removed by it leaves the room. */
export async function share(room: Room, maker: string, pending: Pending): Promise<Room> {
  const comesIn = pending.change.isExternal
  const entries = await Promise.all(
    Object.entries(room).map(async ([name, conversation]): Promise<[string, Conversation] | null> => {
      if (name === maker) return [name, adopt(pending, comesIn ? null : conversation).conversation]
      const received = await receive(conversation, pending.commit, PINS)
      return received.kind === 'commit' ? [name, received.conversation] : null
    }),
  )
  const next: Room = Object.fromEntries(entries.filter((entry) => entry !== null))
  return maker in next ? next : { ...next, [maker]: adopt(pending, null).conversation }
}

/** `from` says something, and everybody else reads it. @returns the room after it and who read what */
export async function say(
  room: Room,
  from: string,
  text: string,
): Promise<{ room: Room; read: Record<string, string> }> {
  const { conversation, message } = await sealMessage(at(room, from), utf8(text))
  const read: Record<string, string> = {}
  const entries = await Promise.all(
    Object.entries(room).map(async ([name, before]): Promise<[string, Conversation]> => {
      if (name === from) return [name, conversation]
      const received = await receive(before, message, PINS)
      if (received.kind !== 'message') throw new TypeError('That was no message.')
      read[name] = `${received.from.device}: ${textOf(received.bytes)}`
      return [name, received.conversation]
    }),
  )
  return { room: Object.fromEntries(entries), read }
}

/** The code of the typed error that a task ends with; anything else than a ConversationError is no answer. */
export async function refusal(task: Promise<unknown>): Promise<string> {
  try {
    await task
  } catch (error) {
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)
  }
  return 'accepted'
}
