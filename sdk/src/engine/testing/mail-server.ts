import type { ClientFrame, SendFrame, ServerFrame } from '@chatnip/protocol'
import type { World } from './world.ts'

type MailboxFrame = Extract<ServerFrame, { readonly type: 'message' }>

interface Box {
  readonly account: string
  readonly waiting: MailboxFrame[]
  seq: number
}

/** One live socket as the server sees it. */
export interface Peer {
  readonly device: string
  push(frame: ServerFrame): void
}

/** The delivery rules of the server, in memory that survives: places, dedup by id, delete on acknowledgement. */
export class MailServer {
  readonly #world: World
  readonly boxes: Map<string, Box> = new Map()
  /** Account and id → content and `after`. */
  readonly accepted: Map<string, { readonly content: string; readonly after: number }> = new Map()
  readonly keys: Map<string, string> = new Map()
  /** Frames that the server would never get from a client that keeps the rules. */
  readonly complaints: string[] = []
  #live: Peer[] = []
  readonly #all: Peer[] = []
  /** Sockets of a server that is no more. */
  readonly #dead = new WeakSet<Peer>()

  constructor(world: World) {
    this.#world = world
  }

  addDevice(account: string, device: string): void {
    this.boxes.set(device, { account, waiting: [], seq: 0 })
    this.keys.set(account, `key 1 of ${account}`)
  }

  connected(peer: Peer): void {
    this.#all.push(peer)
    this.#live = [...this.#live.filter(({ device }) => device !== peer.device), peer]
    for (const frame of this.#box(peer.device).waiting) peer.push(frame)
    peer.push({ type: 'empty' })
  }

  gone(peer: Peer): void {
    this.#live = this.#live.filter((other) => other !== peer)
  }

  hear(peer: Peer, frame: ClientFrame): void {
    if (this.#dead.has(peer)) return
    if (frame.type === 'ping') return peer.push({ type: 'pong' })
    if (frame.type === 'ack') return this.#acknowledge(peer.device, frame.upto)
    if (this.#world.chance(0.1)) return peer.push({ ...REFUSED, id: frame.id })
    peer.push(this.#accept(peer.device, frame))
  }

  /** All of them counted anew, as after a backup was put back; what waited is still there. */
  restore(): void {
    for (const peer of this.#all) this.#dead.add(peer)
    for (const box of this.boxes.values()) {
      box.seq = 0
      box.waiting.splice(0).forEach((frame) => box.waiting.push({ ...frame, seq: (box.seq += 1) }))
    }
  }

  #box(device: string): Box {
    const box = this.boxes.get(device)
    if (box === undefined) throw new RangeError(`There is no device ${device}.`)
    return box
  }

  #acknowledge(device: string, upto: number): void {
    const { waiting } = this.#box(device)
    while ((waiting[0]?.seq ?? Infinity) <= upto) waiting.shift()
  }

  #accept(device: string, frame: SendFrame): ServerFrame {
    const from = this.#box(device)
    const key = `${from.account} ${frame.id}`
    const content = JSON.stringify(frame.to)
    const before = this.accepted.get(key)
    if (before !== undefined) {
      if (before.content !== content) this.complaints.push(`${frame.id} came again with another content`)
      return { type: 'sent', id: frame.id, after: before.after, duplicate: true }
    }
    this.accepted.set(key, { content, after: from.seq })
    for (const { username, message_text } of frame.to) {
      for (const [name, box] of this.boxes) {
        if (box.account === username && name !== device)
          this.#append(name, box, { frame, message_text, from: from.account })
      }
    }
    return { type: 'sent', id: frame.id, after: from.seq }
  }

  #append(device: string, box: Box, put: { frame: SendFrame; message_text: string; from: string }): void {
    box.seq += 1
    const { id, timestamp } = put.frame
    const { message_text, from: sendername } = put
    const frame = { type: 'message', seq: box.seq, id, sendername, message_text, timestamp } as const
    box.waiting.push(frame)
    this.#live.find((peer) => peer.device === device)?.push(frame)
  }
}

const REFUSED = { type: 'refused', code: 'unavailable', message: '', retry_after: 1 } as const
