import { ChatnipError } from '@chatnip/protocol'
import type { Messenger } from '../../../sdk/src/messenger.ts'
import { carryOut } from './acts.ts'
import type { Deed } from './acts.ts'
import type { SimDevice } from './device.ts'
import { conversationOf } from './names.ts'
import type { World } from './world.ts'

interface Note {
  readonly to: string
  readonly id: string
  /** Instead of writing a message: what is done to that one. */
  readonly deed?: Deed
}

/** Writes one message after the other, each again under the same id until the device has promised to keep it. */
export class Person {
  readonly #world: World
  readonly #device: SimDevice
  readonly #notes: Note[] = []
  #planned = 0
  #done = 0
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
      const { account, name } = this.#device
      const accounts = account === to ? [account] : [account, to]
      this.#world.sees({
        what: 'composed',
        message: id,
        device: name,
        conversation: conversationOf(account, to),
        accounts,
      })
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

  #do(messenger: Messenger, { to, id, deed }: Note): Promise<unknown> {
    if (deed === undefined) return messenger.send(to, id, { id })
    this.#done += 1
    return carryOut(messenger, to, { deed, id, nth: this.#done })
  }
}
