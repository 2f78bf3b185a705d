import { createMessenger } from '@chatnip/sdk'
import type { Historian, Clock, KeyStore, Line, LineHandlers, Messenger, Row, BlobTransport } from '@chatnip/sdk'
import { historyOver } from '@chatnip/sdk/bringing'
import { MemoryRows } from '@chatnip/sdk/memory'
import { NodeTransport, systemRandom } from '@chatnip/sdk/node'

/** A device that dies at a commit of its storage, as by a power cut, and can be started again from what was on its disk. */

/** Ten times as quick as the real one. */
export const QUICK: Clock = {
  now: () => Date.now() * 10,
  timer: (ms, run) => {
    const timer = setTimeout(run, ms / 10)
    return () => clearTimeout(timer)
  },
}

/** `before`: that commit is not on disk. `after`: it is, and nothing has followed from it. */
export interface Death {
  readonly at: number
  readonly when: 'before' | 'after'
}

const never = <T>(): Promise<T> => new Promise(() => undefined)

export interface MortalOptions {
  readonly server: string
  readonly rows: readonly Row[]
  readonly keys: KeyStore
  /** Lies that somebody between the device and the server tells it. */
  readonly around?: (transport: BlobTransport) => BlobTransport
}

export class Mortal {
  readonly #options: MortalOptions
  #rows: MemoryRows
  #death: Death | null = null
  /** Counts deaths and starts: whatever belongs to an earlier one is dead. */
  #life = 0
  #lines: Line[] = []
  commits = 0
  messenger: (Messenger & Historian) | null = null
  /** Called when it has died. */
  onDeath: () => void = () => undefined

  constructor(options: MortalOptions) {
    this.#options = options
    this.#rows = new MemoryRows({ rows: options.rows })
  }

  /** From now on commits are counted from 1. */
  expect(death: Death | null): void {
    this.commits = 0
    this.#death = death
  }

  async #flush(life: number): Promise<void> {
    if (life !== this.#life) return never()
    this.commits += 1
    if (this.commits !== this.#death?.at) return undefined
    const isLost = this.#death.when === 'before'
    this.#death = null
    this.die()
    return isLost ? never() : undefined
  }

  die(): void {
    this.#life += 1
    for (const line of this.#lines.splice(0)) line.close()
    setImmediate(() => this.onDeath())
  }

  /** Starts it, or starts it again with what was on its disk. */
  async start(): Promise<Messenger & Historian> {
    const { keys, server } = this.#options
    this.#life += 1
    const life = this.#life
    this.#rows = new MemoryRows({ rows: this.#rows.durable(), flush: () => this.#flush(life) })
    const transport = this.#mortal((this.#options.around ?? ((one) => one))(new NodeTransport(server)))
    const stores = { rows: this.#rows, keys }
    const ports = { transport, stores, clock: QUICK, random: systemRandom }
    this.messenger = await createMessenger({ ...ports, history: historyOver(transport) })
    return this.messenger
  }

  /** What a dead device says is not heard, nor does it hear anything. Each start has its own. */
  #mortal(transport: BlobTransport): BlobTransport {
    const life = this.#life
    const check = () => life !== this.#life
    const alive = async <T>(ask: () => Promise<T>): Promise<T> => {
      if (check()) return never()
      const answer = await ask().catch((error: unknown) => (check() ? never<T>() : Promise.reject(error)))
      return check() ? never() : answer
    }
    const heard = (handlers: LineHandlers): LineHandlers => ({
      opened: () => (check() ? undefined : handlers.opened()),
      frame: (frame) => (check() ? undefined : handlers.frame(frame)),
      closed: (code) => (check() ? undefined : handlers.closed(code)),
    })
    return {
      cookies: transport.cookies,
      setSession: (id) => transport.setSession(id),
      call: (name, body) => alive(() => transport.call(name, body)),
      uploadAvatar: (picture) => alive(() => transport.uploadAvatar(picture)),
      uploadBlobPart: (id, offset, part) => alive(() => transport.uploadBlobPart(id, offset, part)),
      downloadBlob: (id, offset) => alive(() => transport.downloadBlob(id, offset)),
      connect: (handlers) => {
        if (check()) return { send: () => undefined, close: () => undefined }
        const line = transport.connect(heard(handlers))
        this.#lines.push(line)
        return { send: (frame) => (check() ? undefined : line.send(frame)), close: () => line.close() }
      },
    }
  }
}
