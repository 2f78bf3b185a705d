import { ChatnipError } from '@chatnip/protocol'
import type { ErrorCode } from '@chatnip/protocol'
import type { After, Call, Effect, EngineChange, Event, Recalled } from '../engine/events.ts'
import { targetOf } from '../engine/content.ts'
import type { Write } from '../engine/rows.ts'
import type { Found, Opened, State } from '../engine/state.ts'
import { step } from '../engine/step.ts'
import type { Clock, Line, Transport } from '../ports.ts'
import { lookUp } from './cipher.ts'
import type { Cipher } from './cipher.ts'
import { Commits } from './commits.ts'
import { readFrame } from './frames.ts'
import type { Groups } from './groups/groups.ts'
import type { GroupEffect } from './groups/none.ts'
import { findMessage } from './load.ts'
import { DamagedRow } from './vault.ts'
import type { SealedRows } from './vault.ts'

export interface DriverPorts {
  readonly transport: Transport
  readonly vault: SealedRows
  readonly cipher: Cipher
  readonly clock: Clock
  /** The state that lies on disk. */
  readonly load: () => Promise<State>
  readonly onChange: (change: EngineChange) => void
}

type Ticket = { readonly resolve: (value: string) => void; readonly reject: (error: Error) => void }
type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>
type Lengthy = EffectOf<'check session' | 'look up' | 'seal' | 'open' | 'find' | 'recall'> | GroupEffect

/** How long the engine stays off the line after a write failed. Composing goes on meanwhile. */
const RESTART_MS = 5_000
const PART_MS = 10_000
/** Key packages that did not arrive are counted as wanting then. */
const COUNT_AGAIN_MS = 60_000

/**
 * Runs the engine: feeds it events one at a time and carries out its effects over the ports. A commit that fails is treated as
 * a crash: everything in memory is dropped and read again from disk, so there is only one way to recover, and it is used daily.
 */
export class Driver {
  readonly #ports: DriverPorts
  readonly #commits: Commits
  readonly #queue: Event[] = []
  readonly #tickets = new Map<number, Ticket>()
  readonly #timers = new Map<string, () => void>()
  readonly #lines = new Map<number, Line>()
  #state: State
  #shown: State
  #running = false
  #reloading = false
  #stopped = false
  #damaged = false
  /** Counts restarts; what was begun before one is not heard after it. */
  #life = 0
  #lastTicket = 0

  constructor(ports: DriverPorts, state: State) {
    this.#ports = ports
    this.#state = state
    this.#shown = state
    this.#commits = new Commits(ports.vault, {
      done: (shown, after) => this.#afterCommit(shown, after),
      failed: (error) => void this.#restart(error),
    })
  }

  /** What is known now, written or not: for the line. */
  get state(): State {
    return this.#state
  }

  /** What is known and on disk: for everything that is shown. */
  get shown(): State {
    return this.#shown
  }

  /** A row cannot be read: to connect again would lead to it again, for ever. */
  get damaged(): boolean {
    return this.#damaged
  }

  dispatch(event: Event): void {
    if (this.#reloading || (this.#damaged && (event.type === 'start' || event.type === 'nudge'))) return
    this.#queue.push(event)
    if (!this.#running) this.#run()
  }

  /** @throws ChatnipError */
  call(call: Call): Promise<string> {
    if (this.#reloading) return Promise.reject(new ChatnipError('unavailable'))
    this.#lastTicket += 1
    const ticket = this.#lastTicket
    return new Promise((resolve, reject) => {
      this.#tickets.set(ticket, { resolve, reject })
      this.dispatch({ type: 'call', ticket, call })
    })
  }

  /** Writes outside the engine, in order with its own. */
  write(writes: readonly Write[]): Promise<void> {
    if (this.#reloading) return Promise.reject(new ChatnipError('unavailable'))
    return new Promise((resolve, reject) => {
      this.#lastTicket += 1
      const ticket = this.#lastTicket
      this.#tickets.set(ticket, { resolve: () => resolve(), reject })
      this.#commits.add({ writes, after: [{ type: 'settle', ticket, error: null, value: '' }], shown: this.#state })
    })
  }

  /** Resolves when everything that was asked for so far is on disk. */
  written(): Promise<void> {
    return this.#commits.drained()
  }

  /** Disconnects; resolves when every commit that was asked for is through. */
  async stop(): Promise<void> {
    this.dispatch({ type: 'stop' })
    this.#stopped = true
    this.#letGo()
    await this.#commits.drained()
    this.#rejectAll(new ChatnipError('unavailable'))
  }

  #run(): void {
    this.#running = true
    for (let event = this.#queue.shift(); event !== undefined; event = this.#queue.shift()) {
      // A clock before 1970 says no time that an envelope may carry; everybody else would find such a message unreadable.
      const now = Math.max(0, this.#ports.clock.now())
      const { state, effects } = step(this.#state, event, now)
      this.#state = state
      for (const effect of effects) this.#carryOut(effect)
    }
    this.#running = false
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'commit':
        return this.#commits.add({ writes: effect.writes, after: effect.after, shown: this.#state })
      case 'connect':
        return this.#connect(effect.line)
      case 'hang up':
        return this.#hangUp(effect.line)
      case 'send':
        return this.#lines.get(effect.line)?.send(effect.frame)
      case 'timer':
        return this.#setTimer(effect.name, effect.ms)
      case 'cancel timer':
        return this.#cancelTimer(effect.name)
      case 'settle':
        return this.#settle(effect.ticket, effect.error, effect.value)
      case 'notify':
        return this.#ports.onChange(effect.change)
      case 'check session':
      case 'look up':
      case 'seal':
      case 'open':
      case 'find':
      case 'recall':
      case 'unwrap':
      case 'begin':
      case 'propose':
      case 'adopt':
      case 'stock':
      case 'claim':
        return this.#begin(effect)
      case 'publish':
        return void this.#publish(effect)
    }
  }

  /** What takes a while: its outcome comes back as an event, unless the engine has been restarted meanwhile. */
  #begin(effect: Lengthy): void {
    const life = this.#life
    this.#outcomeOf(effect).then(
      (event) => {
        if (life === this.#life) this.dispatch(event)
      },
      (error: unknown) => {
        if (life === this.#life) void this.#restart(error)
      },
    )
  }

  #outcomeOf(effect: Lengthy): Promise<Event> {
    switch (effect.type) {
      case 'check session':
        return this.#checkSession(effect.line)
      case 'look up':
        return this.#lookUp(effect)
      case 'seal':
        return this.#seal(effect)
      case 'open':
        return this.#open(effect)
      case 'find':
        return this.#find(effect)
      case 'recall':
        return this.#recall(effect)
      case 'unwrap':
      case 'begin':
      case 'propose':
      case 'adopt':
      case 'stock':
      case 'claim':
        return this.#stepOf(effect)
    }
  }

  async #checkSession(line: number): Promise<Event> {
    const over = await this.#ports.transport.call('list_sessions', {}).then(
      () => false,
      (error: unknown) => error instanceof ChatnipError && error.code === 'not_signed_in',
    )
    return { type: 'session checked', line, over }
  }

  async #lookUp({ name, line }: EffectOf<'look up'>): Promise<Event> {
    return { type: 'looked up', name, line, result: await lookUp(this.#ports.cipher, this.#ports.transport, name) }
  }

  async #publish(effect: EffectOf<'publish'>): Promise<void> {
    const life = this.#life
    try {
      await (await this.#groups())?.publish(effect)
    } catch {
      if (life === this.#life && !this.#stopped) this.#setTimer('stock', COUNT_AGAIN_MS)
    }
  }

  /** A part of the program that did not come is waited for: what came in groups lies in the mailbox until then, and no line is begun for it. */
  async #groups(): Promise<Groups | null> {
    try {
      return await this.#ports.cipher.groups({ ...this.#ports, own: this.#state.own })
    } catch {
      await new Promise<void>((done) => void this.#ports.clock.timer(PART_MS, done))
      return this.#stopped ? null : this.#groups()
    }
  }

  async #stepOf(effect: GroupEffect): Promise<Event> {
    const groups = await this.#groups()
    if (groups !== null) return groups.outcomeOf(effect)
    // The two that every device asks for; all else is rare where there are no groups, and comes when it is needed.
    if (effect.type === 'stock') return { type: 'stocked', made: null, devices: null }
    if (effect.type === 'claim')
      return { type: 'claimed', number: effect.number, for: effect.for, result: { outcome: 'none' } }
    return (await import('./groups/none.ts')).outcomeWithout(effect)
  }

  async #seal(effect: EffectOf<'seal'>): Promise<Event> {
    const { message } = effect
    if (message.group !== null) {
      const groups = await this.#groups()
      if (groups !== null) return groups.seal(effect, message.group)
      return (await import('./groups/none.ts')).sealedWithout(effect, message.group)
    }
    const sealed = await this.#ports.cipher.seal(message)
    const { id, key } = message
    return { type: 'sealed', id, to: sealed?.to ?? null, key: key.publicKey, link: sealed?.link ?? null }
  }

  async #open({ batch, items }: EffectOf<'open'>): Promise<Event> {
    const { cipher } = this.#ports
    const opened = await Promise.all(items.map(async (item) => [item.index, await cipher.open(item)] as const))
    return { type: 'read', batch, opened: new Map<number, Opened>(opened) }
  }

  async #find({ batch, ids }: EffectOf<'find'>): Promise<Event> {
    // A frame may come again while the commit of its first coming is under way.
    await this.#commits.drained()
    const { vault } = this.#ports
    const found = ids.map(async ({ sender, id, withLine }): Promise<Found | null> => {
      const row = await vault.get('ids', [sender, id])
      if (row === null) return null
      return { row, line: withLine && row.line !== null ? await vault.get('messages', row.line) : null }
    })
    return { type: 'found', batch, found: await Promise.all(found) }
  }

  async #recall({ wanted }: EffectOf<'recall'>): Promise<Event> {
    await this.#commits.drained()
    const { vault } = this.#ports
    const sender = this.#state.own.username.toLowerCase()
    const found = wanted.numbers.map(async (n): Promise<Recalled> => {
      const row = await vault.get('links', [wanted.number, wanted.chain, n])
      const key = row === null ? null : ((await vault.get('ids', [sender, row.id]))?.line ?? null)
      const line = key === null ? null : await vault.get('messages', key)
      if (line?.kind !== 'message' && line?.kind !== 'act' && line?.kind !== 'setting')
        return { n, row, line: null, target: null }
      if (line.kind === 'setting') return { n, row, line, target: null }
      const about = line.kind === 'act' ? targetOf(line.act, sender) : line.re
      return { n, row, line, target: about === undefined ? null : ((await findMessage(vault, about))?.line ?? null) }
    })
    return { type: 'recalled', wanted, found: await Promise.all(found) }
  }

  #connect(number: number): void {
    const life = this.#life
    const hear = (event: Event): void => {
      if (life === this.#life) this.dispatch(event)
    }
    const line = this.#ports.transport.connect({
      opened: () => hear({ type: 'opened', line: number }),
      frame: (said) => {
        const frame = readFrame(said)
        if (frame !== null) hear({ type: 'frame', line: number, frame })
      },
      closed: (code) => {
        if (life === this.#life) this.#lines.delete(number)
        hear({ type: 'closed', line: number, code })
      },
    })
    this.#lines.set(number, line)
  }

  #hangUp(number: number): void {
    this.#lines.get(number)?.close()
    this.#lines.delete(number)
  }

  #setTimer(name: string, ms: number): void {
    this.#cancelTimer(name)
    const cancel = this.#ports.clock.timer(ms, () => {
      this.#timers.delete(name)
      this.dispatch({ type: 'timer', name })
    })
    this.#timers.set(name, cancel)
  }

  #cancelTimer(name: string): void {
    this.#timers.get(name)?.()
    this.#timers.delete(name)
  }

  #settle(ticket: number, error: ErrorCode | null, value: string): void {
    const waiting = this.#tickets.get(ticket)
    this.#tickets.delete(ticket)
    if (error === null) waiting?.resolve(value)
    else waiting?.reject(new ChatnipError(error))
  }

  #afterCommit(shown: State, after: readonly After[]): void {
    this.#shown = shown
    for (const one of after) {
      if (one.type === 'event') this.dispatch(one.event)
      else this.#carryOut(one)
    }
  }

  /** As after a crash: whatever was under way is dropped, what lies on disk is read again. Damage stays; the line does not come back then. */
  async #restart(error: unknown): Promise<void> {
    this.#damaged ||= error instanceof DamagedRow
    this.#life += 1
    this.#reloading = true
    this.#queue.length = 0
    this.#commits.drop()
    this.#letGo()
    this.#rejectAll(error instanceof ChatnipError ? error : new ChatnipError('unavailable', { cause: error }))
    try {
      this.#state = await this.#ports.load()
    } catch (unreadable) {
      this.#damaged ||= unreadable instanceof DamagedRow
      if (this.#damaged) this.#ports.onChange({ kind: 'connection' })
      else this.#later(() => void this.#restart(unreadable))
      return
    }
    this.#shown = this.#state
    this.#reloading = false
    for (const { name } of this.#state.peers.values()) this.#ports.onChange({ kind: 'messages', conversation: name })
    for (const kind of ['connection', 'conversations'] as const) this.#ports.onChange({ kind })
    this.#later(() => this.dispatch({ type: 'start' }))
  }

  #later(run: () => void): void {
    if (!this.#stopped) this.#timers.set('restart', this.#ports.clock.timer(RESTART_MS, run))
  }

  /** Timers and sockets. */
  #letGo(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    for (const line of this.#lines.values()) line.close()
    this.#lines.clear()
  }

  #rejectAll(error: Error): void {
    for (const { reject } of this.#tickets.values()) reject(error)
    this.#tickets.clear()
  }
}
