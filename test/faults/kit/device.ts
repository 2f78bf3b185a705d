import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import type { ServerFrame } from '@chatnip/protocol'
import type { Recorder } from './recorder.ts'
import type { Login } from './server.ts'

/**
 * A light client for load: the protocol's rules and nothing else. It keeps what it composed until it is accepted, sends it again under the
 * same id on each new line, knows every message that it was handed for ever, and acknowledges what it has.
 */
export interface DeviceOptions {
  /** Of the server, or of a proxy before it. */
  readonly address: string
  readonly login: Login
  /** Unique in the test. */
  readonly name: string
  readonly recorder: Recorder
  /** How many sends may be unanswered; 1 keeps the order even when the server refuses for a while. */
  readonly window?: number
  /** Characters of a message; the name of the message stands first. */
  readonly size?: number
  /** A line that says nothing for so long is given up. */
  readonly patienceMs?: number
  /** The account has more devices, which are to see what this one writes. */
  readonly hasSiblings?: boolean
  /** Unix seconds that it writes on its messages; its own clock may be wrong. */
  readonly clock?: () => number
  /** The mistake of T8's control: conversations sorted by what the senders' clocks said. */
  readonly sortsByClock?: boolean
  /** The mistake of T5's control. */
  readonly newIdOnRetry?: boolean
  readonly onSent?: (message: string) => void
  readonly onReceived?: (message: string) => void
}

interface Item {
  readonly message: string
  readonly to: string
  readonly order: number
  readonly timestamp: number
  id: string
  tried: boolean
}

/** One line of a conversation, at its place in this device's mailbox. */
interface Placed {
  readonly seq: number
  readonly sub: number
  readonly message: string
  /** By its sender's clock. */
  readonly timestamp: number
}

const RECONNECT_MS = 30
const RETRY_MS = 250
/** Of a UUID. */
const ID_LENGTH = 36

export class RawDevice {
  readonly name: string
  readonly account: string
  /** Refusals by code. */
  readonly refused: Map<string, number> = new Map()
  readonly #options: DeviceOptions
  readonly #outbox = new Map<string, Item>()
  readonly #byId = new Map<string, Item>()
  readonly #known = new Set<string>()
  readonly #seen = new Set<number>()
  readonly #conversations = new Map<string, Placed[]>()
  #ws: WebSocket | null = null
  #queue: Item[] = []
  #next = 0
  #flying = 0
  #composed = 0
  #handed = 0
  #acked = 0
  #ackSoon = false
  #heardAt = 0
  #mostInFlight = 0
  #lines = 0
  #held = false
  #timer: NodeJS.Timeout | null = null
  #stopped = false
  #waitsSince: number | null = null
  #longestWait = 0

  constructor(options: DeviceOptions) {
    this.#options = options
    this.name = options.name
    this.account = options.login.account
    options.recorder.note({ what: 'joined', device: this.name, account: this.account })
  }

  /** Connects, and again whenever the line is down, until `stop`. */
  start(): void {
    const patience = this.#options.patienceMs ?? 5_000
    this.#timer = setInterval(() => this.#watch(patience), patience / 4)
    this.#connect()
  }

  /** A new message, kept until it is accepted. @returns its name, which is its id */
  compose(to: string): string {
    const message = randomUUID()
    const accounts = [...new Set([this.account, to])]
    const conversation = conversationOf(this.account, to)
    this.#options.recorder.note({ what: 'composed', message, device: this.name, conversation, accounts })
    const timestamp = this.#options.clock?.() ?? 1_795_000_000
    const item: Item = { message, to, order: ++this.#composed, timestamp, id: message, tried: false }
    this.#outbox.set(message, item)
    this.#waitsSince ??= performance.now()
    if (this.#ws !== null) this.#queue.push(item)
    this.#pump()
    return message
  }

  /** How many are not accepted yet. */
  waiting(): number {
    return this.#outbox.size
  }

  /** How many of its own were accepted. */
  accepted(): number {
    return this.#composed - this.#outbox.size
  }

  /** How many different messages it was handed. */
  received(): number {
    return this.#known.size
  }

  /** How many lines it has had. */
  lines(): number {
    return this.#lines
  }

  /** The most that it was handed at once and had not acknowledged. */
  mostInFlight(): number {
    return this.#mostInFlight
  }

  /** The longest time (ms) that nothing of what it had to send was accepted, since the last time of asking. */
  longestWait(): number {
    const now = this.#waitsSince === null ? 0 : performance.now() - this.#waitsSince
    const longest = Math.max(this.#longestWait, now)
    this.#longestWait = 0
    return longest
  }

  isOnline(): boolean {
    return this.#ws?.readyState === WebSocket.OPEN
  }

  /** Cuts the line without a word; it comes back by itself. */
  cut(): void {
    this.#ws?.terminate()
  }

  /** Goes, after writing down what it shows. */
  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#ws?.close()
    for (const [conversation, placed] of this.#conversations) {
      const byPlace = placed.toSorted((a, b) => a.seq - b.seq || a.sub - b.sub)
      const byClock = this.#options.sortsByClock === true
      const sorted = byClock ? byPlace.toSorted((a, b) => a.timestamp - b.timestamp) : byPlace
      const lines = sorted.map(({ message }) => ({ kind: 'message' as const, message }))
      this.#options.recorder.note({ what: 'view', device: this.name, conversation, lines })
    }
  }

  #connect(): void {
    if (this.#stopped) return
    const { address, login } = this.#options
    const ws = new WebSocket(`${address.replace('http', 'ws')}/socket`, {
      headers: { authorization: `Bearer ${login.session}` },
      perMessageDeflate: false,
      handshakeTimeout: this.#options.patienceMs ?? 5_000,
    })
    this.#heardAt = performance.now()
    this.#ws = ws
    this.#next = Infinity
    ws.on('open', () => {
      this.#lines += 1
      this.#heardAt = performance.now()
      this.#sendAll()
    })
    ws.on('message', (data) => {
      if (this.#ws === ws && Buffer.isBuffer(data)) this.#hear(JSON.parse(data.toString('utf8')))
    })
    ws.on('error', () => undefined)
    ws.on('close', () => {
      if (this.#ws !== ws) return
      this.#ws = null
      setTimeout(() => this.#connect(), RECONNECT_MS * (0.5 + Math.random()))
    })
  }

  #watch(patience: number): void {
    if (this.#ws === null) return
    const silent = performance.now() - this.#heardAt
    if (silent > patience) return this.#ws.terminate()
    if (silent > patience / 2) this.#say({ type: 'ping' })
  }

  #say(frame: object): void {
    if (this.#ws?.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify(frame))
  }

  /** From the first that is not accepted, in order. */
  #sendAll(): void {
    this.#queue = [...this.#outbox.values()]
    this.#next = 0
    this.#flying = 0
    this.#handed = this.#acked
    this.#pump()
  }

  #pump(): void {
    if (this.#held || !this.isOnline()) return
    while (this.#flying < (this.#options.window ?? 32)) {
      const item = this.#queue[this.#next]
      if (item === undefined) return
      this.#next += 1
      this.#flying += 1
      if (item.tried && this.#options.newIdOnRetry === true) item.id = randomUUID()
      item.tried = true
      this.#byId.set(item.id, item)
      this.#say({ type: 'send', id: item.id, timestamp: 1_795_000_000, to: this.#addressed(item) })
    }
  }

  /** The text says which message it is and in which conversation it stands, for the writer's other devices. */
  #addressed({ message, to }: Item) {
    const message_text = `${message} ${to} `.padEnd(this.#options.size ?? 0, 'x')
    const names = this.#options.hasSiblings === true && to !== this.account ? [to, this.account] : [to]
    return names.map((username) => ({ username, message_text }))
  }

  #hear(frame: ServerFrame): void {
    this.#heardAt = performance.now()
    switch (frame.type) {
      case 'message':
        return this.#onMessage(frame)
      case 'sent':
        return this.#onSent(frame)
      case 'refused':
        return this.#onRefused(frame)
      case 'expired':
        return this.#onExpired(frame)
      case 'empty':
      case 'pong':
        return undefined
    }
  }

  #onMessage({ seq, id, sendername, message_text, timestamp }: Extract<ServerFrame, { type: 'message' }>): void {
    const { recorder, onReceived } = this.#options
    const [message = '', addressee = ''] = message_text.split(' ', 2)
    this.#handed = Math.max(this.#handed, seq)
    this.#mostInFlight = Math.max(this.#mostInFlight, this.#handed - this.#acked)
    this.#acknowledgeSoon()
    if (!this.#seen.has(seq)) recorder.note({ what: 'handed', device: this.name, run: 0, seq })
    this.#seen.add(seq)
    // Somebody else's, beside the load.
    if (message.length !== ID_LENGTH) return
    if (!this.#known.has(`${sendername} ${id}`)) {
      this.#known.add(`${sendername} ${id}`)
      this.#place(sendername === this.account ? addressee : sendername, { seq, sub: 0, message, timestamp })
      recorder.note({ what: 'announced', message, device: this.name })
      onReceived?.(message)
    }
    recorder.note({ what: 'stored', message, device: this.name })
  }

  #onExpired({ seq, id }: Extract<ServerFrame, { type: 'expired' }>): void {
    this.#handed = Math.max(this.#handed, seq)
    this.#options.recorder.note({ what: 'ended', message: id, how: 'expired' })
    this.#acknowledgeSoon()
  }

  #onSent({ id, after }: Extract<ServerFrame, { type: 'sent' }>): void {
    const item = this.#byId.get(id)
    this.#flying -= 1
    if (item !== undefined && this.#outbox.delete(item.message)) {
      const now = performance.now()
      this.#longestWait = Math.max(this.#longestWait, now - (this.#waitsSince ?? now))
      this.#waitsSince = this.#outbox.size === 0 ? null : now
      this.#place(item.to, { seq: after, sub: item.order, message: item.message, timestamp: item.timestamp })
      this.#options.recorder.note({ what: 'accepted', message: item.message })
      this.#options.onSent?.(item.message)
    }
    this.#pump()
  }

  #onRefused({ id, code, retry_after }: Extract<ServerFrame, { type: 'refused' }>): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
    const item = this.#byId.get(id)
    if (retry_after === undefined) {
      this.#flying -= 1
      if (item === undefined) return
      this.#outbox.delete(item.message)
      this.#options.recorder.note({ what: 'ended', message: item.message, how: 'failed' })
      return this.#pump()
    }
    if (this.#held) return
    this.#held = true
    setTimeout(() => {
      this.#held = false
      this.#sendAll()
    }, RETRY_MS)
  }

  #place(peer: string, placed: Placed): void {
    const conversation = conversationOf(this.account, peer)
    const lines = this.#conversations.get(conversation)
    if (lines === undefined) this.#conversations.set(conversation, [placed])
    else lines.push(placed)
  }

  /** What came together is acknowledged together. */
  #acknowledgeSoon(): void {
    if (this.#ackSoon) return
    this.#ackSoon = true
    setImmediate(() => {
      this.#ackSoon = false
      this.#acked = Math.max(this.#acked, this.#handed)
      this.#say({ type: 'ack', upto: this.#acked })
    })
  }
}

export const conversationOf = (one: string, other: string): string => [one, other].toSorted().join(' and ')

/** Waits until all is accepted and handed over: nothing has changed for a moment and no outbox holds anything. */
export async function settle(devices: readonly RawDevice[], isDone: () => boolean, withinMs = 60_000): Promise<void> {
  const began = performance.now()
  const done = () => devices.every((device) => device.waiting() === 0) && isDone()
  await new Promise<void>((resolve) => {
    const look = () => {
      if (done() || performance.now() - began > withinMs) return resolve()
      setTimeout(look, 20)
    }
    look()
  })
}
