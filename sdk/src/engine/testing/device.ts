import type { ServerFrame } from '@chatnip/protocol'
import type { After, Call, Effect, Event } from '../events.ts'
import { restoreState } from '../restore.ts'
import type { IdRow, Line, LogicalKey, Meta, OutboxRow, Peer as PeerRow, Write } from '../rows.ts'
import type { Opened, State } from '../state.ts'
import { step } from '../step.ts'
import type { Peer } from './mail-server.ts'
import type { World } from './world.ts'

type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>

/** One device: the real engine, a disk of rows, a line with delays, and a power switch. */
export class Device {
  readonly name: string
  readonly account: string
  /** What survives. */
  readonly disk: Map<string, Write> = new Map()
  /** Calls that were answered. */
  readonly settled: Set<string> = new Set()
  state: State
  readonly #world: World
  /** Counts lives; whatever belongs to an earlier one is not heard. */
  #life = 0
  #isOn = false
  #line: { readonly number: number; readonly peer: Peer } | null = null
  #timers = new Map<string, () => void>()
  #commits: { readonly writes: readonly Write[]; readonly after: readonly After[] }[] = []
  #finding: (() => void)[] = []
  #tickets = new Map<number, string>()
  #lastTicket = 0

  constructor(world: World, name: string, account: string) {
    this.#world = world
    this.name = name
    this.account = account
    this.state = this.#restore()
  }

  #restore(): State {
    const publicKey = this.#world.server.keys.get(this.account) ?? `key 1 of ${this.account}`
    const forgets = this.#world.mutant === 'seal anew on retry'
    const own = { username: this.account, deviceId: this.name, publicKey, fingerprint: publicKey }
    return restoreState(own, this.#world.random() * 2 ** 32, {
      meta: this.rows<Meta>('meta')[0]?.value ?? null,
      peers: this.rows<PeerRow>('peers').map(({ value }) => value),
      outbox: this.rows<OutboxRow>('outbox').map(({ value }) => (forgets ? { ...value, sealed: null } : value)),
    })
  }

  rows<T>(table: Write['table']): readonly { readonly key: LogicalKey; readonly value: T }[] {
    return [...this.disk.values()]
      .filter((write) => write.table === table)
      .map(({ key, value }) => ({ key, value: JSON.parse(JSON.stringify(value)) }))
      .toSorted((a, b) => compare(a.key, b.key))
  }

  boot(): void {
    this.state = this.#restore()
    this.#isOn = true
    this.dispatch({ type: 'start' })
  }

  /** The power goes: everything in memory is lost, and so is what the disk had not written yet. */
  crash(): void {
    this.#life += 1
    this.#isOn = false
    this.cut()
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#commits = []
    this.#finding = []
    this.#tickets.clear()
    this.#later(50, () => this.boot())
  }

  /** The line breaks, with whatever is on it. */
  cut(): void {
    const line = this.#line
    if (line === null) return
    this.#line = null
    this.#world.server.gone(line.peer)
    this.#later(1, () => this.dispatch({ type: 'closed', line: line.number, code: 1006 }))
  }

  /** As a person does it: one after the other, each again under the same id until the device says that it has it. */
  say(conversation: string, [id, ...later]: readonly string[]): void {
    if (id === undefined) return
    const isOnDisk = this.disk.has(JSON.stringify(['ids', [this.account, id]]))
    if (isOnDisk || this.settled.has(id)) {
      this.#world.after(100, () => this.say(conversation, later))
      return
    }
    if (this.#isOn) this.call({ type: 'compose', id, conversation, text: id }, id)
    this.#world.after(50, () => this.say(conversation, [id, ...later]))
  }

  call(call: Call, name: string): void {
    this.#lastTicket += 1
    const ticket = this.#lastTicket
    this.#tickets.set(ticket, name)
    this.dispatch({ type: 'call', ticket, call })
  }

  dispatch(event: Event): void {
    if (!this.#isOn) return
    const before = this.#world.mutant === 'forget ids' ? { ...this.state, recent: new Set<string>() } : this.state
    const { state, effects } = step(before, event, this.#world.now)
    this.state = state
    for (const effect of effects) this.#carryOut(effect)
  }

  #later(ms: number, run: () => void): void {
    const life = this.#life
    this.#world.after(ms, () => {
      if (life === this.#life) run()
    })
  }

  #delay(): number {
    return 1 + Math.floor(this.#world.random() * 20)
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'commit':
        return this.#commit(effect)
      case 'connect':
        return this.#connect(effect.line)
      case 'hang up':
        return this.#line?.number === effect.line ? this.cut() : undefined
      case 'send':
        return this.#send(effect)
      case 'timer':
        return this.#setTimer(effect)
      case 'cancel timer':
        return this.#timers.get(effect.name)?.()
      case 'settle':
        return void this.settled.add(this.#tickets.get(effect.ticket) ?? '')
      case 'look up':
        return this.#later(this.#delay(), () => this.dispatch(this.#lookUp(effect)))
      case 'seal':
        return this.#later(this.#delay(), () => this.dispatch(this.#seal(effect)))
      case 'open':
        return this.#later(this.#delay(), () => this.dispatch(this.#open(effect)))
      case 'find':
        return this.#find(effect)
      case 'notify':
      case 'check session':
    }
  }

  #commit({ writes, after }: EffectOf<'commit'>): void {
    if (this.#world.mutant === 'act before commit') this.#follow(after)
    this.#commits.push({ writes, after })
    if (this.#commits.length === 1) this.#flush()
  }

  /** One at a time. Between being on disk and being acted upon there is a moment, and power may go in it. */
  #flush(): void {
    this.#later(this.#delay(), () => {
      const [commit] = this.#commits
      if (commit === undefined) return
      for (const write of commit.writes) this.#put(write)
      this.#later(this.#delay(), () => {
        this.#commits.shift()
        if (this.#world.mutant !== 'act before commit') this.#follow(commit.after)
        if (this.#commits.length > 0) this.#flush()
        else for (const find of this.#finding.splice(0)) find()
      })
    })
  }

  #put(write: Write): void {
    const key = JSON.stringify([write.table, write.key])
    if (this.#world.mutant === 'no outbox on disk' && write.table === 'outbox') return
    if (write.value === null) this.disk.delete(key)
    else this.disk.set(key, write)
  }

  #follow(after: readonly After[]): void {
    for (const one of after) {
      if (one.type === 'event') this.#later(0, () => this.dispatch(one.event))
      else this.#carryOut(one)
    }
  }

  #connect(number: number): void {
    this.#later(this.#delay(), () => {
      if (this.#world.chance(0.3)) return this.dispatch({ type: 'closed', line: number, code: null })
      const peer: Peer = { device: this.name, push: (frame) => this.#hear(peer, number, frame) }
      this.#line = { number, peer }
      this.dispatch({ type: 'opened', line: number })
      this.#world.server.connected(peer)
    })
  }

  /** In order: every frame takes the same time. */
  #hear(peer: Peer, number: number, frame: ServerFrame): void {
    this.#later(7, () => {
      if (this.#line?.peer === peer) this.dispatch({ type: 'frame', line: number, frame })
    })
  }

  #send({ line, frame }: EffectOf<'send'>): void {
    const there = this.#line
    if (there?.number !== line) return
    this.#world.after(5, () => {
      // What left before a crash or a cut may arrive all the same; what it answers does not.
      if (this.#line === there || !this.#world.chance(0.5)) this.#world.server.hear(there.peer, frame)
    })
  }

  #setTimer({ name, ms }: EffectOf<'timer'>): void {
    this.#timers.get(name)?.()
    const life = this.#life
    this.#timers.set(
      name,
      this.#world.after(ms, () => {
        if (life === this.#life) this.dispatch({ type: 'timer', name })
      }),
    )
  }

  #lookUp({ name, line }: EffectOf<'look up'>): Event {
    const publicKey = this.#world.server.keys.get(name.toLowerCase())
    if (this.#world.chance(0.2)) return { type: 'looked up', name, line, result: { outcome: 'unavailable' } }
    if (publicKey === undefined) return { type: 'looked up', name, line, result: { outcome: 'nobody' } }
    const facts = { publicKey, fingerprint: publicKey, canSeal: true }
    return { type: 'looked up', name, line, result: { outcome: 'key', facts, name } }
  }

  #seal({ message }: EffectOf<'seal'>): Event {
    const { id, to, text, key } = message
    const letter = { id, from: this.account, to, text, signedBy: this.state.own.publicKey }
    // Every sealing gives other bytes, as the real one does.
    const salted = (sealedFor: string) => JSON.stringify({ ...letter, sealedFor, salt: this.#world.random() })
    const copy = { username: this.account, message_text: salted(this.state.own.publicKey) }
    const theirs = { username: to, message_text: salted(key.publicKey) }
    return { type: 'sealed', id, to: to === this.account ? [copy] : [theirs, copy], key: key.publicKey }
  }

  #open({ batch, items }: EffectOf<'open'>): Event {
    const opened = items.map((item) => {
      const letter: { text: string; to: string; signedBy: string } = JSON.parse(item.text)
      const { text, to, signedBy } = letter
      const marks = {
        [item.presented ?? '']: item.pinned === null ? 'verified' : 'new key',
        [item.pinned ?? '']: 'verified',
      } as const
      const mark = marks[signedBy] ?? 'forged'
      if (mark === 'forged') return [item.index, { ...WRONG, signedBy }] as const
      return [item.index, { mark, reason: null, body: { type: 'text', text }, at: 1, to, signedBy }] as const
    })
    return { type: 'read', batch, opened: new Map<number, Opened>(opened) }
  }

  #find({ batch, ids }: EffectOf<'find'>): void {
    const look = () => {
      const found = ids.map(({ sender, id }) => {
        const write = this.disk.get(JSON.stringify(['ids', [sender, id]]))
        if (write === undefined || this.#world.mutant === 'forget ids') return null
        const row: IdRow = JSON.parse(JSON.stringify(write.value))
        return { row, line: null }
      })
      this.#later(1, () => this.dispatch({ type: 'found', batch, found }))
    }
    if (this.#commits.length === 0) look()
    else this.#finding.push(look)
  }

  /** What somebody sees in a conversation: the texts in their order. */
  texts(conversation: string): readonly string[] {
    const number = this.rows<PeerRow>('peers').find(({ value }) => value.name === conversation)?.value.number
    return this.rows<Line>('messages')
      .filter(({ key }) => key[0] === number)
      .flatMap(({ value }) => (value.kind === 'message' && value.mark !== 'forged' ? [value.text] : []))
  }
}

const WRONG = { mark: 'forged', reason: 'signature wrong', body: null, at: null, to: null } as const

function compare(a: LogicalKey, b: LogicalKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? -1
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
