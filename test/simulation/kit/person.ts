import { ChatnipError } from '@chatnip/protocol'
import '../../../sdk/src/driver/groups/making.ts'
import type { Messenger } from '../../../sdk/src/messenger.ts'
import { carryOut } from './acts.ts'
import type { Deed } from './acts.ts'
import type { SimDevice } from './device.ts'
import { conversationOf, THE_GROUP } from './names.ts'
import type { World } from './world.ts'

interface Note {
  readonly to: string
  readonly id: string
  /** Instead of writing a message: what is done to that one. */
  readonly deed?: Deed
  /** Instead of writing a message: these are to be in the group of many. */
  readonly members?: readonly string[]
}

/** Writes one message after the other, each again under the same id until the device has promised to keep it. */
export class Person {
  readonly #world: World
  readonly #device: SimDevice
  readonly #notes: Note[] = []
  #planned = 0
  #done = 0
  /** Messages to the group of many that were composed. */
  readonly #told = new Set<string>()
  /** The life of the device in which an attempt is under way. */
  #tryingIn = -1

  constructor(world: World, device: SimDevice) {
    this.#world = world
    this.#device = device
  }

  get isDone(): boolean {
    return this.#planned === 0 && this.#notes.length === 0
  }

  /** @param at ms after the start */
  plan(at: number, to: string, id: string): void {
    const { time } = this.#world
    this.#planned += 1
    time.after(at - time.now, this.#device.name, () => {
      this.#planned -= 1
      if (this.#device.hasLeft) return
      this.#notes.push({ to, id })
      if (to !== THE_GROUP) this.#composed(to, id, [to])
      this.go()
    })
  }

  #composed(to: string, message: string, others: readonly string[]): void {
    const { account, name: device } = this.#device
    const accounts = [...new Set([account, ...others])]
    this.#world.sees({ what: 'composed', message, device, conversation: conversationOf(account, to), accounts })
  }

  /** Begins the group of many, and goes on until all of these are in. @param at ms after the start */
  planGroup(at: number, members: readonly string[]): void {
    const { time } = this.#world
    this.#planned += 1
    time.after(at - time.now, this.#device.name, () => {
      this.#planned -= 1
      this.#notes.push({ to: THE_GROUP, id: '', members })
      this.go()
    })
  }

  /** @param at ms after the start */
  planDeed(at: number, to: string, id: string, deed: Deed): void {
    const { time } = this.#world
    this.#planned += 1
    time.after(at - time.now, this.#device.name, () => {
      this.#planned -= 1
      if (this.#device.hasLeft) return
      this.#notes.push({ to, id, deed })
      this.go()
    })
  }

  /** Goes on with what is not promised yet. */
  go(): void {
    const [note] = this.#notes
    const { messenger, life } = this.#device
    if (note === undefined || messenger === null || this.#tryingIn === life) return
    this.#tryingIn = life
    const isStill = () => life === this.#device.life
    this.#do(messenger, note).then(
      () => {
        if (!isStill()) return
        this.#tryingIn = -1
        this.#notes.shift()
        this.go()
      },
      (error: unknown) => {
        if (!isStill()) return
        // What is not there, or not there any more, nobody does anything to.
        const isImpossible = error instanceof ChatnipError && ['not_found', 'not_allowed'].includes(error.code)
        if (isImpossible) this.#notes.shift()
        this.#device.later(200, () => {
          this.#tryingIn = -1
          this.go()
        })
      },
    )
  }

  #do(messenger: Messenger, { to, id, deed, members }: Note): Promise<unknown> {
    if (members !== undefined) return gather(messenger, members)
    if (to === THE_GROUP) return this.#writeToGroup(messenger, id)
    if (deed === undefined) return messenger.send(to, id, { id })
    this.#done += 1
    return carryOut(messenger, to, { deed, id, nth: this.#done })
  }

  /** As soon as this device knows of it. */
  async #writeToGroup(messenger: Messenger, id: string): Promise<void> {
    const found = groupIn(messenger)
    if (found === undefined) throw new ChatnipError('unavailable')
    const { name, members } = found
    if (!this.#told.has(id) && this.#isWhole(members.length)) {
      this.#told.add(id)
      this.#composed(name, id, members)
    }
    if (!this.#told.has(id)) throw new ChatnipError('unavailable')
    await messenger.send(name, id, { id })
  }

  /** What is said before a device is in is not for it. */
  #isWhole(count: number): boolean {
    const { devices, keyRings } = this.#world
    const isIn = ({ disk }: SimDevice): boolean =>
      [...disk.rows.peers.values()].some(({ value: { many } }) => many?.isIn === true)
    return count === keyRings.size && [...devices.values()].every(isIn)
  }
}

function groupIn(messenger: Messenger) {
  const found = messenger.conversations().find(({ group }) => group !== null)
  if (found === undefined || found.group === null) return undefined
  return { name: found.name, members: found.group.members.map(({ name }) => name) }
}

/** @throws ChatnipError as long as somebody is not in */
async function gather(messenger: Messenger, members: readonly string[]): Promise<void> {
  const found = groupIn(messenger)
  if (found === undefined) await messenger.makeGroup('Boat', members)
  else {
    const missing = members.filter((name) => !found.members.includes(name))
    if (missing.length === 0) return
    await messenger.addToGroup(found.name, missing)
  }
  throw new ChatnipError('unavailable')
}
