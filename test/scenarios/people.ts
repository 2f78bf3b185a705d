import type { Change, Clock, Historian, Messenger, MessageView } from '@chatnip/sdk'
import { createMessenger } from '@chatnip/sdk'
import { historyOver } from '@chatnip/sdk/bringing'
import { filesOver } from '@chatnip/sdk/files'
import { logIn, makeRecoveryCode, signUp } from '@chatnip/sdk/accounts'
import type { AccountPorts, LogIn } from '@chatnip/sdk/accounts'
import { MemoryKeys, MemoryRows } from '@chatnip/sdk/memory'
import { NodeTransport, systemClock, systemRandom } from '@chatnip/sdk/node'

/** People with devices for the scenarios: real server, real crypto, real sockets; only the storage is memory. */

export const PASSWORD = 'correct horse battery staple'
const WAIT_MS = 50_000

/** The browser profile or computer that somebody sits at. Keeps its storage when the engine stops. */
export class Seat {
  readonly username: string
  readonly rows: MemoryRows = new MemoryRows()
  readonly keys: MemoryKeys = new MemoryKeys()
  readonly transport: NodeTransport
  #messenger: (Messenger & Historian) | null = null

  /** @param transport another line to the same server, such as one that is cut */
  constructor(server: string, username: string, transport: NodeTransport = new NodeTransport(server)) {
    this.username = username
    this.transport = transport
  }

  get ports(): AccountPorts {
    const stores = { rows: this.rows, keys: this.keys }
    return { transport: this.transport, openStores: () => Promise.resolve(stores) }
  }

  async signUp(): Promise<{ readonly recoveryCode: string; readonly result: LogIn }> {
    const recoveryCode = await makeRecoveryCode()
    const input = {
      username: this.username,
      password: PASSWORD,
      deviceName: 'a test',
      proof: 'work',
      recoveryCode,
    } as const
    return { recoveryCode, result: await signUp(this.ports, input) }
  }

  logIn(password: string = PASSWORD): Promise<LogIn> {
    return logIn(this.ports, { username: this.username, password, deviceName: 'a test' })
  }

  /**
   * Starts the engine on what lies in this seat's storage; its clock may be wrong. `hasGroups`: it may use MLS. `holdsStrangers`: their messages
   * wait as requests.
   */
  async start(clock: Clock = systemClock, hasGroups = false, holdsStrangers = false): Promise<Messenger & Historian> {
    const stores = { rows: this.rows, keys: this.keys }
    const ports = {
      transport: this.transport,
      stores,
      clock,
      random: systemRandom,
      hasGroups,
      holdsStrangers,
      history: historyOver(this.transport),
      files: filesOver(this.transport, this.rows),
    }
    this.#messenger = await createMessenger(ports)
    return this.#messenger
  }

  async stop(): Promise<void> {
    await this.#messenger?.stop()
  }
}

/** Waits until `isTrue`, asked again after each change. */
export function until(messenger: Messenger, what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (end: () => void): void => {
      clearTimeout(timer)
      forget()
      end()
    }
    const look = async (): Promise<void> => {
      if (await isTrue()) finish(resolve)
    }
    const timer = setTimeout(() => finish(() => reject(new Error(`It did not happen: ${what}.`))), WAIT_MS)
    const forget = messenger.onChange(
      (_change: Change) => void look().catch((error: Error) => finish(() => reject(error))),
    )
    void look().catch((error: Error) => finish(() => reject(error)))
  })
}

export const online = (messenger: Messenger): Promise<void> =>
  until(messenger, 'being online', () => messenger.connection() === 'online')

/** The messages of a conversation, without the notices. */
export async function talk(messenger: Messenger, conversation: string): Promise<readonly MessageView[]> {
  const lines = await messenger.messages(conversation)
  return lines.flatMap((line) => ('id' in line ? [line] : []))
}

export const texts = async (messenger: Messenger, conversation: string): Promise<readonly string[]> =>
  (await talk(messenger, conversation)).map(({ text }) => text)

export const shows = (messenger: Messenger, conversation: string, ...wanted: readonly string[]): Promise<void> =>
  until(messenger, `showing ${wanted.join(', ')}`, async () => {
    const shown = await texts(messenger, conversation)
    return wanted.every((text) => shown.includes(text))
  })

export const nothingWaits = (messenger: Messenger): Promise<void> =>
  until(messenger, 'an empty outbox', () => messenger.waiting() === 0)
