import type { ServerFrame } from '@chatnip/protocol'
import { drop } from './tables.ts'
import type { World } from './world.ts'

export type MessageFrame = Extract<ServerFrame, { readonly type: 'message' }>

/** What a lying server is about to do to one device, in its own interest and without a trace in its answers. */
interface Plot {
  readonly device: string
  readonly how: 'swallow' | 'hold back' | 'turn around'
  /** Swallows so many more, or everything until then. */
  left: number
  readonly until: number
  /** How long what is held back waits. */
  readonly ms: number
}

/** Lies that are prepared, and what they hold in their hands. */
export class Lies {
  readonly #world: World
  readonly #plots: Plot[] = []
  /** Held until the next message to the same device has gone. */
  readonly #turned = new Map<string, MessageFrame>()

  constructor(world: World) {
    this.#world = world
  }

  plan(plot: Plot): void {
    this.#plots.push(plot)
  }

  /**
   * A message is about to go to a device.
   * @returns what goes in its place, in this order
   */
  tamper(device: string, mailbox: number, frame: MessageFrame): readonly MessageFrame[] {
    const turned = this.#turned.get(device)
    this.#turned.delete(device)
    const plot = this.#plots.find((one) => one.device === device && one.left > 0 && this.#world.time.now < one.until)
    if (plot === undefined || turned !== undefined) return turned === undefined ? [frame] : [frame, turned]
    plot.left -= 1
    const message = this.#world.originalOf(frame.id)
    this.#world.tell(`** the server: ${plot.how} ${frame.seq} of ${device}`)
    this.#world.sees({ what: 'withheld', message, device })
    const box = this.#world.server.store.tables.mailboxes.get(mailbox)
    // No trace is left: what is held in the hand comes from there.
    if (box !== undefined) drop(this.#world.server.store.tables, box, ({ seq }) => seq === frame.seq, true)
    if (plot.how === 'turn around') this.#turned.set(device, frame)
    if (plot.how !== 'swallow') this.#later(plot, frame)
    return []
  }

  /** What was held back comes over whatever line there is by then; after a turn only if nothing has come by that it could stand behind. */
  #later(plot: Plot, frame: MessageFrame): void {
    this.#world.time.after(plot.ms, 'server', () => {
      if (plot.how === 'turn around' && this.#turned.get(plot.device) !== frame) return
      if (!this.#world.server.hand(plot.device, frame)) return this.#later(plot, frame)
      this.#turned.delete(plot.device)
    })
  }
}
