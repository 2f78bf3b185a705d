import type { Filing, FilingOf, FilingPorts } from '../driver/filing.ts'
import type { BlobTransport, RowStore } from '../ports.ts'
import type { Clerk } from './clerk.ts'
import { Ledger } from './ledger.ts'

/**
 * Lets messages of a messenger carry files: `createMessenger({ …, files: filesOver(transport, rows) })`. What it takes to send and open them is
 * loaded when there is something to send, open or take away.
 * @param rows the same that the messenger's stores are made of
 */
export const filesOver = (transport: BlobTransport, rows: RowStore): FilingOf => ({
  watched: (sealed, onGone) => new Ledger(sealed, onGone),
  begin: (ports) =>
    new LazyFiling(async () => (await import('./clerk.ts')).makeClerk({ ...ports, transport, rows }), ports),
})

class LazyFiling implements Filing {
  readonly #load: () => Promise<Clerk>
  readonly #ports: FilingPorts
  #clerk: Promise<Clerk> | null = null
  #isLookedAt = false
  #isStopped = false

  constructor(load: () => Promise<Clerk>, ports: FilingPorts) {
    this.#load = load
    this.#ports = ports
  }

  poke(): void {
    void this.#poke().catch(() => undefined)
  }

  keep: Filing['keep'] = async (...asked) => (await this.#get()).keep(...asked)
  open: Filing['open'] = async (...asked) => (await this.#get()).open(...asked)

  stopOne(id: string): void {
    void this.#clerk?.then((clerk) => clerk.stopOne(id))
  }

  stop(): void {
    this.#isStopped = true
    void this.#clerk?.then((clerk) => clerk.stop())
  }

  async #poke(): Promise<void> {
    if (this.#isStopped) return
    const isFirst = !this.#isLookedAt
    this.#isLookedAt = true
    if (this.#clerk !== null) return (await this.#clerk).poke()
    const { driver, vault } = this.#ports
    const isHeld = driver.state.outbox.some((item) => item.isHeld === true)
    const isLeft = isFirst && (await vault.scan('files', { from: ['gone'], to: ['line'], limit: 1 })).length > 0
    if (isHeld || isLeft) (await this.#get()).poke()
  }

  #get(): Promise<Clerk> {
    const loading = (this.#clerk ??= this.#load())
    // A part of the app that did not come is asked for again later.
    loading.catch(() => (this.#clerk = null))
    return loading
  }
}
