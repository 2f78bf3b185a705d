import type { ClientFrame, ServerFrame } from '@chatnip/protocol'
import type { LineHandlers } from '../../../sdk/src/ports.ts'
import type { World } from './world.ts'

/** The server's end of a line. */
export interface ServerEnd {
  receive(frame: ClientFrame): void
  lost(): void
}

/**
 * One TCP connection between a device and the server: what arrives arrives in order and once, and any end of what is under way may never
 * arrive. Either end may learn late that the other is gone, or never.
 */
export class Wire {
  readonly device: string
  readonly #world: World
  /** Of the device's life: a dead one hears nothing. */
  readonly #isAlive: () => boolean
  #client: LineHandlers | null
  #server: ServerEnd | null = null
  #toServerAt = 0
  #toClientAt = 0
  /** What would arrive later than this does not arrive. */
  #endsAt = Infinity
  isHalfOpen = false
  repliesLost = false

  constructor(world: World, device: string, client: LineHandlers, isAlive: () => boolean) {
    this.#world = world
    this.device = device
    this.#client = client
    this.#isAlive = isAlive
  }

  /** The server has taken it. */
  opened(server: ServerEnd): void {
    this.#server = server
  }

  toServer(frame: ClientFrame): void {
    if (this.#client === null || this.isHalfOpen) return
    this.#toServerAt = this.#arrival(this.#toServerAt)
    this.#arrive(this.#toServerAt, 'server', () => this.#server?.receive(frame))
  }

  toClient(what: ServerFrame | 'opened' | { readonly closed: number }): void {
    if (this.#server === null || this.isHalfOpen || this.repliesLost) return
    this.#toClientAt = this.#arrival(this.#toClientAt)
    this.#arrive(this.#toClientAt, this.device, () => this.#tellClient(what))
  }

  #tellClient(what: ServerFrame | 'opened' | { readonly closed: number }): void {
    const client = this.#client
    if (client === null || !this.#isAlive()) return
    if (what === 'opened') client.opened()
    else if ('closed' in what) this.#closeClient(what.closed)
    else client.frame(what)
  }

  #closeClient(code: number | null): void {
    const client = this.#client
    this.#client = null
    if (client !== null && this.#isAlive()) client.closed(code)
  }

  #arrival(last: number): number {
    const { time } = this.#world
    return Math.max(last, time.now + this.#world.delayTo(this.device))
  }

  #arrive(at: number, who: string, run: () => void): void {
    const { time } = this.#world
    time.after(at - time.now, who, () => {
      if (at <= this.#endsAt) run()
    })
  }

  /** The connection could not be made. */
  refuse(): void {
    this.#world.time.after(this.#world.delayTo(this.device), this.device, () => this.#closeClient(null))
  }

  /** The line breaks; both ends hear of it soon. */
  cut(): void {
    this.#breakOff()
    this.#loseServer(60)
    this.#loseClient(30)
  }

  /** The device closes in good order: what is under way arrives. */
  hangUp(): void {
    this.#client = null
    if (!this.isHalfOpen) {
      this.#toServerAt = this.#arrival(this.#toServerAt)
      this.#arrive(this.#toServerAt, 'server', () => this.#lose())
    }
  }

  /** The device is no more. Its system may still say so, or the server finds out by itself. */
  clientDied(): void {
    this.#client = null
    this.#breakOff()
    if (this.#world.dice.chance(0.7)) this.#loseServer(60)
  }

  serverDied(): void {
    this.#server = null
    this.#breakOff()
    if (this.#world.dice.chance(0.8)) this.#loseClient(30)
  }

  /** The server closes with a code, behind what it has said. */
  close(code: number): void {
    this.toClient({ closed: code })
    this.#server = null
  }

  /** The server cuts without a word. */
  terminate(): void {
    this.#server = null
    if (!this.isHalfOpen) this.#loseClient(30)
  }

  #breakOff(): void {
    this.#endsAt = Math.min(this.#endsAt, this.#world.time.now + this.#world.dice.between(0, 20))
  }

  #loseServer(within: number): void {
    if (this.isHalfOpen) return
    this.#world.time.after(this.#world.dice.between(1, within), 'server', () => this.#lose())
  }

  #loseClient(within: number): void {
    if (this.isHalfOpen) return
    this.#world.time.after(this.#world.dice.between(1, within), this.device, () => this.#closeClient(1006))
  }

  #lose(): void {
    const server = this.#server
    this.#server = null
    server?.lost()
  }
}
