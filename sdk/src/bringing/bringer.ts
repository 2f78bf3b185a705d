import type { Bringing } from '../driver/bringing.ts'
import type { BringingRow, HeardRow, Write } from '../engine/rows.ts'
import { pumpService, tell } from '../engine/tell.ts'
import type { Turn } from '../engine/turn.ts'
import type { HistoryView, HistoryWish } from '../messenger.ts'
import type { Desk, DeskPorts } from './desk.ts'
import { forgetPart, giveOn, hearAsGiver } from './giving.ts'
import { getOn, hearAsGetter } from './getting.ts'
import { isGive, isWant, wantWrite } from './rows.ts'
import { readBringing } from './words.ts'
import type { BringingBody } from './words.ts'

const SETTLE_MS = 50
const AGAIN_MS = 10_000
const PATIENCE_MS = 30_000

/**
 * Brings the history from a device of an account to a new one.
 *
 * - One thing at a time, and each is on disk before what follows from it is begun: so it may stop at any point, on either side, and goes on from
 *   there. What may have happened once already does no harm when it happens again.
 * - What is said goes through envelopes, to all own devices; the one that is meant stands inside. What is large goes through blobs.
 * - The engine notes what it hears in the commit in which it acknowledges it, and lets nothing of its inbox in between while lines are put in.
 */
export class Bringer implements Bringing {
  readonly #desk: Desk
  readonly #changed: () => void
  #isRunning = false
  #isDue = false
  #isStopped = false
  #cancel: () => void = () => undefined

  constructor({ changed, ...ports }: DeskPorts) {
    this.#changed = changed
    const pause = (ms: number): Promise<void> => new Promise((resolve) => void ports.clock.timer(ms, () => resolve()))
    this.#desk = {
      ...ports,
      pause,
      say: (body) => say(this.#desk, body),
      write: async (...writes) => {
        await ports.driver.write(writes)
        changed()
      },
      lookIn: (ms) => this.#lookIn(ms),
    }
  }

  /** Something may be to be done. */
  poke(): void {
    this.#isDue = true
    if (!this.#isRunning && !this.#isStopped) void this.#run()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  async history(wish?: HistoryWish): Promise<HistoryView | null> {
    if (wish === 'none') await this.#decline()
    else if (wish !== undefined) await this.#ask(wish.since)
    const row = await this.#desk.vault.get('bringing', ['want'])
    if (row === null || !isWant(row)) return null
    const { stage, reason, brought, of, since } = row
    return { stage, reason, brought, of, since }
  }

  async #ask(since: number | null): Promise<void> {
    const { clock, random, transport } = this.#desk
    // Who can't be asked now may well be there later.
    const isAlone = await transport.call('list_devices', {}).then(
      ({ devices }) => devices.length < 2,
      () => false,
    )
    const stage = isAlone ? ({ stage: 'failed', reason: 'no other device', said: true } as const) : FRESH
    const row = { role: 'want', request: random.uuid(), since, ...NOTHING, ...stage, movedAt: clock.now() } as const
    await this.#desk.write(wantWrite(row))
    this.poke()
  }

  /** Nothing, or no more, is wanted. What has been brought stays. */
  async #decline(): Promise<void> {
    const { vault, clock, random } = this.#desk
    const row = await vault.get('bringing', ['want'])
    const want = row !== null && isWant(row) && row.stage !== 'done' ? row : null
    const none = { role: 'want', request: random.uuid(), since: null, ...NOTHING, movedAt: clock.now() } as const
    await this.#desk.write(wantWrite({ ...(want ?? none), stage: 'stopped', reason: null, said: want === null }))
    this.poke()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (this.#isDue && !this.#isStopped) {
      this.#isDue = false
      try {
        while (!this.#isStopped && (await this.#once()));
      } catch {
        // The line, the server, or the disk; all of them come back, and what is on disk is where it goes on.
        this.#lookIn(AGAIN_MS)
      }
    }
    this.#isRunning = false
    this.#changed()
  }

  #lookIn(ms: number): void {
    this.#cancel()
    if (!this.#isStopped) this.#cancel = this.#desk.clock.timer(ms, () => this.poke())
  }

  /** @returns whether there may be more to do at once */
  async #once(): Promise<boolean> {
    const rows = (await this.#desk.vault.scan('bringing', {})).map(({ value }) => value)
    const heard = rows.filter(isHeard).toSorted((a, b) => a.place.seq - b.place.seq)[0]
    if (heard !== undefined) return this.#hear(heard, rows)
    if (this.#desk.driver.state.line.phase !== 'online') return false
    const want = rows.find(isWant)
    let isMore = want === undefined ? false : await getOn(this.#desk, want)
    for (const give of rows.filter(isGive)) isMore = (await giveOn(this.#desk, give)) || isMore
    return isMore
  }

  async #hear({ body: said, place }: HeardRow, rows: readonly BringingRow[]): Promise<boolean> {
    const body = readBringing(said)
    const gone: Write = { table: 'bringing', key: ['in', place.seq], value: null }
    const want = rows.find(isWant)
    const gives = rows.filter(isGive)
    const writes =
      body === null
        ? []
        : [
            ...(want === undefined ? [] : hearAsGetter(this.#desk, want, body)),
            ...hearAsGiver(this.#desk, { gives, want, place }, body),
          ]
    for (const give of gives)
      if (writes.some(({ key, value }) => key[1] === give.request && value === null)) await forgetPart(this.#desk, give)
    await this.#desk.write(...writes, gone)
    return true
  }
}

const FRESH = { stage: 'asking', reason: null } as const
const NOTHING = {
  ...FRESH,
  said: false,
  best: null,
  from: null,
  next: 1,
  part: null,
  tries: 0,
  brought: 0,
  of: null,
} as const

const isHeard = (row: BringingRow): row is HeardRow => row.role === 'heard'

/** Puts it among what the engine tells other devices, and waits until the server has it. */
async function say({ driver, own, clock, pause }: Desk, body: BringingBody): Promise<void> {
  const line = driver.state.line.number
  const change = (turn: Turn): void => {
    tell(turn, { to: own.username.toLowerCase(), body, about: { number: 0, news: 0 } })
    pumpService(turn)
  }
  await driver.call({ type: 'apply', change, batches: null })
  const words = JSON.stringify(body)
  const end = clock.now() + PATIENCE_MS
  for (;;) {
    const { state } = driver
    if (state.line.phase !== 'online' || state.line.number !== line || clock.now() > end)
      throw new Error('The line was lost.')
    if (!state.service.some((item) => JSON.stringify(item.body) === words)) return
    await pause(SETTLE_MS)
  }
}
