import { makeIdentity } from '@chatnip/crypto'
import type { Identity } from '@chatnip/crypto'
import type { Clock, Messenger } from '@chatnip/sdk'
import type { TestServer } from '@chatnip/server/testing'
import { person } from '../../../crypto/src/testing.ts'
import { nothingWaits, online, until } from '../../scenarios/people.ts'
import { EvilServer } from './evil-server.ts'
import { makeAccount, sitDown } from './people.ts'
import type { Account, QuickSeat } from './people.ts'
import { lines } from './words.ts'

export type Role = 'alice' | 'bob' | 'carol'

/** Somebody at a device, connected through the evil server. */
export interface Actor extends Account {
  readonly seat: QuickSeat
  readonly messenger: Messenger
}

let stages = 0
let carols: Promise<Identity> | null = null

/** The attacker's own keys. */
export const mallory = (): Promise<Identity> => person('mallory')

const identityOf = (role: Role): Promise<Identity> => (role === 'carol' ? (carols ??= makeIdentity()) : person(role))

/** One attack: an evil server of its own before the honest one, and people who are new to each other. */
export class Stage {
  readonly evil: EvilServer
  readonly #server: TestServer
  readonly #number: number
  readonly #accounts = new Map<Role, Account>()
  readonly #seats: QuickSeat[] = []

  private constructor(server: TestServer, evil: EvilServer) {
    stages += 1
    this.#number = stages
    this.#server = server
    this.evil = evil
  }

  static async play(server: TestServer, act: (stage: Stage) => Promise<void>): Promise<void> {
    const stage = new Stage(server, await EvilServer.start(server.address))
    try {
      await act(stage)
    } finally {
      for (const seat of stage.#seats) await seat.stop()
      await stage.evil.stop()
    }
  }

  /** Makes the account without anybody sitting there. */
  async account(role: Role): Promise<Account> {
    const known = this.#accounts.get(role)
    const account =
      known ?? (await makeAccount(this.#server, `${role}${process.pid}-${this.#number}`, await identityOf(role)))
    this.#accounts.set(role, account)
    return account
  }

  /** Sits down at a new device; the second time the same role gets a second device. */
  async enter(role: Role, clock?: Clock, hasGroups = false): Promise<Actor> {
    const account = await this.account(role)
    const { seat, messenger } = await sitDown(this.evil.address, account.username, clock, hasGroups)
    this.#seats.push(seat)
    return { ...account, seat, messenger }
  }

  /** Cuts somebody's line and lets it come back, so that keys are asked for anew. */
  async reconnect({ username, messenger }: Actor): Promise<void> {
    this.evil.cut(username)
    await until(messenger, 'the cut', () => messenger.connection() !== 'online')
    messenger.nudge()
    await online(messenger)
  }
}

/** Sends, and waits until the server says that it has it. */
export async function write(from: Actor, to: Account, text: string): Promise<string> {
  const id = await from.messenger.send(to.username, text)
  await nothingWaits(from.messenger)
  return id
}

const weaker = (line: string): string => line.replace(/^own, stored:/, 'own, accepted:')

/** Waits until a conversation shows these lines and no others. */
export async function sees(who: Actor, conversation: Account, ...wanted: readonly string[]): Promise<void> {
  const { messenger } = who
  let shown: readonly string[] = []
  const same = async (): Promise<boolean> => {
    const known = await lines(messenger, conversation.username)
    // A second tick is more than the first, and comes when it comes.
    shown = known.map((line, index) => (wanted[index] === weaker(line) ? weaker(line) : line))
    return JSON.stringify(shown) === JSON.stringify(wanted)
  }
  await until(messenger, 'these lines', same).catch((cause: unknown) => {
    throw new Error(`Wanted ${JSON.stringify(wanted)}, shown is ${JSON.stringify(shown)}. ${String(cause)}`, { cause })
  })
}

/**
 * Sends one honest message after the attack and waits until it is shown, verified, behind everything else: nothing that the
 * attack brought is still on its way then, and the same path works when nobody attacks.
 */
export async function control(from: Actor, to: Actor, ...before: readonly string[]): Promise<void> {
  await write(from, to, 'an honest word')
  await sees(to, from, ...before, 'verified: an honest word')
}
