import type { SimDevice } from './device.ts'
import { conversationOf } from './names.ts'
import type { World } from './world.ts'

interface Note {
  readonly to: string
  readonly id: string
}

/** Writes one message after the other, each again under the same id until the device has promised to keep it. */
export class Person {
  readonly #world: World
  readonly #device: SimDevice
  readonly #notes: Note[] = []
  #planned = 0
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

  /** Goes on with what is not promised yet. */
  go(): void {
    const [note] = this.#notes
    const { messenger, life } = this.#device
    if (note === undefined || messenger === null || this.#tryingIn === life) return
    this.#tryingIn = life
    const isStill = () => life === this.#device.life
    messenger.send(note.to, note.id, { id: note.id }).then(
      () => {
        if (!isStill()) return
        this.#tryingIn = -1
        this.#notes.shift()
        this.go()
      },
      () => {
        if (!isStill()) return
        this.#device.later(200, () => {
          this.#tryingIn = -1
          this.go()
        })
      },
    )
  }
}
