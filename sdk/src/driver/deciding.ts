import type { ChoiceOf } from '../engine/people.ts'
import type { Driver } from './driver.ts'
import type { SealedRows } from './vault.ts'

/** What people decide about others. The part that does it comes when there is something to be done. */
export class Deciding {
  readonly #ports: { readonly vault: SealedRows; readonly driver: Driver }
  #isDue = false
  #isRunning = false

  constructor(vault: SealedRows, driver: Driver) {
    this.#ports = { vault, driver }
  }

  /** Something may be to be done. What fails is done at the next change, on the next line, or at the next start. */
  poke(): void {
    this.#isDue = true
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    // What comes up meanwhile is done in another round.
    while (this.#isDue && isWanted(this.#ports.driver)) {
      this.#isDue = false
      await this.#goOn().catch(() => undefined)
    }
    this.#isRunning = false
  }

  async #goOn(): Promise<void> {
    const { goOn } = await import('./people.ts')
    await goOn(this.#ports)
  }

  /** @throws ChatnipError */
  async decide(choice: { readonly name: string } & ChoiceOf): Promise<void> {
    const { decide } = await import('./people.ts')
    await decide(this.#ports, choice)
    this.poke()
  }
}

/** What is on disk, and whether there is a line now: that changes without a commit. */
function isWanted({ shown: { meta, own, peers }, state: { line } }: Pick<Driver, 'shown' | 'state'>): boolean {
  const { asked, owes, heard } = meta.people ?? {}
  if (heard !== undefined) return true
  const isOnline = line.phase === 'online'
  const isOwed = isOnline && (owes === true || (own.holdsStrangers === true && asked !== true))
  return (
    isOwed ||
    [...peers.values()].some(
      ({ cleared, choices = {} }) =>
        cleared !== undefined || (isOnline && Object.values(choices).some(({ told }) => told !== true)),
    )
  )
}
