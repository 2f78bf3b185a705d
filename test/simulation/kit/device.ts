import type { ClientFrame, SendFrame, ServerFrame } from '@chatnip/protocol'
import { startEngine } from '../../../sdk/src/driver/messenger.ts'
import { isGivenUpOn } from '../../../sdk/src/engine/chains.ts'
import type { Messenger } from '../../../sdk/src/messenger.ts'
import type { Clock, Line, LineHandlers, Transport } from '../../../sdk/src/ports.ts'
import type { ViewLine } from '../../oracle/index.ts'
import { standInCipher } from './cipher.ts'
import { keyName } from './key-names.ts'
import type { KeyRing } from './cipher.ts'
import type { Write } from '../../../sdk/src/engine/rows.ts'
import { DeviceDisk } from './disk.ts'
import { conversationOf, START } from './names.ts'
import { Person } from './person.ts'
import { contentOf } from './acts.ts'
import type { Weather } from './sim-store.ts'
import { openLine, transportOf } from './transport.ts'
import { Unread } from './unread.ts'
import { watchedCipher } from './watch.ts'
import type { Wire } from './wire.ts'
import type { World } from './world.ts'

/** How a message is sealed, for the story. */
const wayOf = ({ group }: SendFrame): string => {
  if (group === undefined) return 'in an envelope'
  return `${group.commit === true ? 'as a commit' : 'in group'} ${group.id.slice(0, 4)} of epoch ${group.epoch}`
}

/** A device: the real engine and its real driver over a virtual disk, line, clock and dice, with a person in front of it. */
export class SimDevice {
  readonly name: string
  readonly account: string
  readonly disk: DeviceDisk
  readonly person: Person
  messenger: Messenger | null = null
  weather: Weather = 'fine'
  clockError = 0
  /** More ms for each packet. */
  slowness = 0
  /** Somebody asked the server to remove it. */
  isBeingRemoved = false
  life = 0
  wire: Wire | null = null
  /** For mutants: what was put on some line. */
  readonly sentBefore = new Set<string>()
  /** For mutants: how often the server refused something. */
  refusals = 0
  readonly #world: World
  readonly #unread: Unread
  #ring: KeyRing
  /** The keys that this device itself has had, newest first. */
  #held: readonly string[] = []
  /** What was handed on this line, by seq. */
  #handed = new Map<number, string>()

  constructor(world: World, name: string, account: string) {
    this.#world = world
    this.name = name
    this.account = account
    this.#unread = new Unread(world, this)
    const { time, dice, mutant } = world
    this.disk = new DeviceDisk({
      write: (commit, tell) => {
        time.after(dice.between(1, 6), name, () => {
          commit()
          time.after(dice.between(0, 2), name, tell)
        })
      },
      weather: () => this.weather,
      // What could not be read stands in the chains; then it is no wonder that it is noted.
      wrote: (writes) => {
        for (const write of writes) this.#unread.look(write)
        for (const write of writes) this.#note(write)
      },
      isRelaxed: mutant.device === 'acknowledges before it commits',
    })
    this.person = new Person(world, this)
    this.#ring = this.#openedRing()
  }

  get isOn(): boolean {
    return this.messenger !== null
  }

  /** Removed from the account, whatever the server has told about that. */
  get hasLeft(): boolean {
    return this.isBeingRemoved && this.#world.server.isOn && !this.#world.server.hasDevice(this.name)
  }

  get isQuiet(): boolean {
    if (this.hasLeft) return true
    return (
      this.person.isDone &&
      this.messenger?.connection() === 'online' &&
      this.messenger.waiting() === 0 &&
      !this.#isAsking
    )
  }

  /** Something is missing here, and its sender is still being asked. */
  get #isAsking(): boolean {
    for (const { value } of this.disk.rows.chains.values()) {
      if (value.gaps.some((gap) => !gap.quiet && !isGivenUpOn(gap))) return true
    }
    return false
  }

  #note({ table, key, value }: Write): void {
    // Within a group there is one sealing for everybody.
    if (table === 'outbox' && value?.sealed?.group !== undefined) {
      this.#world.sealedFor.set(`${value.id} ${value.to}`, keyName(value.sealed.key))
    }
    if (table !== 'messages' || value === null) return
    const device = this.name
    if (value.kind === 'message' && value.mark === 'forged') {
      this.#world.sees({ what: 'doubted', message: this.#world.originalOf(value.id), device })
    }
    if (value.kind !== 'notice' || value.notice !== 'missing') return
    const peer = this.disk.rows.peers.get(JSON.stringify([key[0]]))?.value
    this.#world.sees({ what: 'noted', device, conversation: conversationOf(this.account, peer?.name ?? '') })
  }

  /** For mutants: the place in the mailbox up to which everything is committed. */
  get cursor(): number {
    return this.disk.rows.meta.get('["state"]')?.value.cursor ?? 0
  }

  /** The keys that signing in with the password gives now. */
  #openedRing(): KeyRing {
    const ring = (this.#world.keyRings.get(this.account) ?? []).map(keyName)
    const { accounts } = this.#world.server.store.tables
    const account = [...accounts.values()].find(({ username }) => username === this.account)
    const current = keyName(account?.publicKey ?? ring[0] ?? '')
    this.#held = [current, ...this.#held.filter((key) => key !== current)]
    return { current, earlier: ring.filter((key) => key !== current) }
  }

  boot(): void {
    if (this.hasLeft) return
    this.life += 1
    const life = this.life
    const { dice, mutant } = this.#world
    const { current, earlier } = this.#ring
    const profile = { username: this.account, deviceId: this.name, publicKey: current, fingerprint: current, earlier }
    const random = {
      bytes: (count: number) => Uint8Array.from({ length: count }, () => dice.between(0, 255)),
      uuid: () => dice.uuid(),
      number: () => dice.number(),
    }
    const standIn = standInCipher(this, this.#ring, { random: () => dice.number(), hasGroups: this.#world.hasGroups })
    const real = watchedCipher(this.#world, this, standIn)
    const cipher = mutant.cipher?.(real, this) ?? real
    const disk = this.disk.opened()
    const vault = mutant.rows?.(disk, this) ?? disk
    const transport = this.#transport(life)
    startEngine({ transport, vault, profile, cipher, clock: this.#clock(life), random }).then(
      (messenger) => this.#started(messenger, life),
      () => this.later(5_000, () => this.boot()),
    )
  }

  #started(messenger: Messenger, life: number): void {
    if (life !== this.life) return
    this.messenger = messenger
    messenger.onChange((change) => {
      if (life !== this.life) return
      if (change.kind === 'arrived')
        this.#world.sees({ what: 'announced', message: change.message.id, device: this.name })
      if (change.kind === 'connection' && messenger.connection() === 'signed out') this.#signInAgain(life)
    })
    this.person.go()
  }

  /** The power goes. What was not written is lost, and so is whatever was under way. */
  crash(): void {
    this.life += 1
    this.messenger = null
    this.disk.crash()
    this.wire?.clientDied()
    this.wire = null
  }

  /** The person closes it, signs in, and opens it again. */
  restart(): void {
    const messenger = this.messenger
    if (messenger === null) return
    this.messenger = null
    const life = this.life
    void messenger.stop().then(() => {
      if (life !== this.life) return
      this.#ring = this.#openedRing()
      this.boot()
    })
  }

  #signInAgain(life: number): void {
    this.later(this.#world.dice.between(300, 1_500), () => {
      if (life === this.life && this.messenger?.connection() === 'signed out') this.restart()
    })
  }

  /** For this life of the device only. */
  later(ms: number, run: () => void): () => void {
    const { life } = this
    return this.#world.time.after(ms, this.name, () => {
      if (life === this.life) run()
    })
  }

  #clock(life: number): Clock {
    return {
      now: () => START + this.#world.time.now + this.clockError,
      timer: (ms, run) =>
        this.#world.time.after(ms, this.name, () => {
          if (life === this.life) run()
        }),
    }
  }

  #transport(life: number): Transport {
    const isAlive = () => life === this.life
    const connect = (handlers: LineHandlers): Line => {
      this.#handed = new Map()
      const open = (heard: LineHandlers) => this.#connect(heard, isAlive)
      return this.#world.mutant.line?.({ world: this.#world, device: this, open, handlers }) ?? open(handlers)
    }
    return transportOf(this.#world, this, { connect, isAlive })
  }

  #connect(handlers: LineHandlers, isAlive: () => boolean): Line {
    return openLine(this.#world, this, {
      isAlive,
      handlers: { ...handlers, frame: (frame) => this.#hear(frame, handlers) },
      said: (frame) => this.#say(frame),
    })
  }

  #hear(frame: ServerFrame, handlers: LineHandlers): void {
    if (frame.type === 'message' || frame.type === 'expired') {
      this.#world.sees({ what: 'handed', device: this.name, run: this.#world.restores, seq: frame.seq })
      if (frame.type === 'message') {
        this.#handed.set(frame.seq, this.#world.originalOf(frame.id))
        this.#unread.handed(frame)
      }
    }
    handlers.frame(frame)
  }

  #say(frame: ClientFrame): void {
    if (frame.type === 'send')
      this.#world.tell(`${this.name} sends ${this.#world.originalOf(frame.id)} ${wayOf(frame)}`)
    if (frame.type !== 'ack') return
    // In the order in which they were handed over: what a liar hands over behind a later one is not meant by the later one's acknowledgement.
    for (const [seq, message] of this.#handed) {
      if (seq > frame.upto) continue
      this.#handed.delete(seq)
      this.#world.sees({ what: 'stored', message, device: this.name })
      if (seq === frame.upto) return
    }
  }

  /** The keys that new ones made here vouch for. */
  get keysHeld(): readonly string[] {
    return this.#held
  }

  /** Every key that this device has ever known to be theirs. */
  #keysKnownOf(name: string): readonly string[] {
    const peer = [...this.disk.rows.peers.values()].find(({ value }) => value.name === name)?.value
    const pinned = peer?.pinned?.publicKey
    return [...(pinned === undefined ? [] : [pinned]), ...(peer?.earlier ?? [])].map(keyName)
  }

  /** Writes down what the person sees now. */
  async look(): Promise<void> {
    const { messenger } = this
    if (this.hasLeft) this.#world.sees({ what: 'left', device: this.name })
    if (messenger === null || this.hasLeft) return
    for (const { name } of messenger.conversations()) {
      const all = await messenger.messages(name, { limit: 1_000 })
      const placed = all.flatMap((one) => ('id' in one && one.place !== null ? [one] : []))
      const isByClock = this.#world.mutant.device === 'orders by the clock'
      const shown = isByClock ? placed.toSorted((a, b) => a.at - b.at) : placed
      const known = this.#keysKnownOf(name)
      const lines = shown.map((one): ViewLine => {
        const { id, own, mark } = one
        const isOpen = mark !== 'forged' && mark !== 'unsigned'
        const isReadable = own || isOpen || this.#world.isForgiven(one, name, known)
        const message = this.#world.originalOf(id)
        return isReadable
          ? {
              kind: 'message',
              message,
              isStored: one.state === 'stored' || one.state === 'read',
              // Whoever cannot tell whose words these are shows none of them.
              ...(own || isOpen ? { content: contentOf(one) } : {}),
            }
          : { kind: 'unreadable', message }
      })
      const missing = all.reduce((sum, one) => sum + ('kind' in one && one.kind === 'missing' ? one.count : 0), 0)
      const conversation = conversationOf(this.account, name)
      this.#world.sees({ what: 'view', device: this.name, conversation, lines, missing })
    }
    const missing = (await this.disk.get('meta', ['state']))?.gaps ?? 0
    this.#world.sees({ what: 'marked', device: this.name, missing })
  }
}
