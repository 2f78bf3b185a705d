import type { Change } from '../messenger.ts'
import type { After, Effect, EngineChange } from './events.ts'
import type { Meta, OutboxRow, Peer, Write } from './rows.ts'
import type { LineState, OutboxItem, State } from './state.ts'

/** One call of `step`: the state so far, replaced and never changed in place, and the effects so far. */
export interface Turn {
  state: State
  readonly effects: Effect[]
  readonly now: number
}

export const patch = (turn: Turn, change: Partial<State>): void => {
  turn.state = { ...turn.state, ...change }
}

export const patchLine = (turn: Turn, change: Partial<LineState>): void =>
  patch(turn, { line: { ...turn.state.line, ...change } })

export const patchMeta = (turn: Turn, change: Partial<Meta>): void =>
  patch(turn, { meta: { ...turn.state.meta, ...change } })

export const effect = (turn: Turn, ...effects: readonly Effect[]): void => {
  turn.effects.push(...effects)
}

export const commit = (turn: Turn, writes: readonly Write[], ...after: readonly After[]): void =>
  effect(turn, { type: 'commit', writes, after })

export const notify = (change: EngineChange): Extract<Effect, { readonly type: 'notify' }> => ({
  type: 'notify',
  change,
})

/** Answers a call after what was asked for before it is on disk. */
export const settle = (ticket: number, value = ''): After => ({ type: 'settle', ticket, error: null, value })

export const metaWrite = (turn: Turn): Write => ({ table: 'meta', key: ['state'], value: turn.state.meta })

export const lower = (name: string): string => name.toLowerCase()

export const isOwn = (turn: Turn, name: string): boolean => lower(name) === lower(turn.state.own.username)

/** The next number of the state's generator, in [0, 1): mulberry32, whose whole state is 32 bits. */
export function random(turn: Turn): number {
  const seed = (turn.state.seed + 0x6d2b79f5) | 0
  patch(turn, { seed })
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}

/**
 * A UUID of the form of version 7: it need not be a secret, only new. The generator's state alone, 32 bits, would repeat itself after
 * some ten thousand; together with the time it does not.
 */
export function freshId(turn: Turn): string {
  const time = Math.max(0, Math.floor(turn.now)).toString(16).padStart(12, '0').slice(-12)
  const digits = Array.from({ length: 3 }, () =>
    Math.floor(random(turn) * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${digits.slice(0, 3)}-8${digits.slice(3, 6)}-${digits.slice(6, 18)}`
}

const BACKOFF_BASE = 500
const BACKOFF_LIMIT = 30_000

/** Full jitter: anything up to 0.5 s, 1 s, 2 s … 30 s, so that a thousand clients do not come back in the same moment. */
export const backoff = (turn: Turn, failures: number): number =>
  Math.ceil(random(turn) * Math.min(BACKOFF_LIMIT, BACKOFF_BASE * 2 ** Math.min(failures, 10)))

/** The peer of that name, made when it is not there yet. Changes are to be committed by the caller (`peerWrite`). */
export function ensurePeer(turn: Turn, name: string): Peer {
  const known = turn.state.peers.get(lower(name))
  if (known !== undefined) return known
  return setPeer(turn, {
    number: freshNumber(turn),
    name,
    pinned: isOwn(turn, name) ? ownPin(turn) : null,
    compared: false,
    candidate: null,
    keyChanged: false,
    unread: 0,
    activeAt: 0,
    last: null,
  })
}

/** Another's name says nothing about a conversation's number, nor does its age. */
const freshNumber = (turn: Turn): number => {
  const taken = new Set([...turn.state.peers.values()].map((peer) => peer.number))
  for (;;) {
    const number = Math.floor(random(turn) * 2 ** 24) * 2 ** 24 + Math.floor(random(turn) * 2 ** 24)
    if (!taken.has(number)) return number
  }
}

const ownPin = (turn: Turn): Peer['pinned'] => ({
  publicKey: turn.state.own.publicKey,
  fingerprint: turn.state.own.fingerprint,
  canSeal: true,
  since: turn.now,
})

export function setPeer(turn: Turn, peer: Peer): Peer {
  patch(turn, { peers: new Map(turn.state.peers).set(lower(peer.name), peer) })
  return peer
}

export const pinOf = (turn: Turn, name: string): Peer['pinned'] => turn.state.peers.get(lower(name))?.pinned ?? null

export const peerWrite = (peer: Peer): Write => ({ table: 'peers', key: [peer.number], value: peer })

export const setItem = (turn: Turn, item: OutboxItem): void =>
  patch(turn, { outbox: turn.state.outbox.map((other) => (other.order === item.order ? item : other)) })

export const removeItem = (turn: Turn, item: OutboxItem): void =>
  patch(turn, { outbox: turn.state.outbox.filter((other) => other.order !== item.order) })

export const findItem = (turn: Turn, id: string): OutboxItem | undefined =>
  turn.state.outbox.find((item) => item.id === id)

export function itemWrite(item: OutboxItem): Write {
  const { order, id, to, text, at, state, refusal, sealed, act, re, setting, life, files, isHeld } = item
  const about = {
    ...(act === undefined ? {} : { act }),
    ...(re === undefined ? {} : { re }),
    ...(setting === undefined ? {} : { setting }),
    ...(life === undefined ? {} : { life }),
    ...(files === undefined ? {} : { files, isHeld: isHeld === true }),
  }
  const value: OutboxRow = { order, id, to, text, ...about, at, state, refusal, sealed }
  return { table: 'outbox', key: [order], value }
}

export const itemRemoval = (item: OutboxRow): Write => ({ table: 'outbox', key: [item.order], value: null })

/** The conversation of that number. */
export const peerOf = (turn: Turn, number: number): Peer | undefined =>
  [...turn.state.peers.values()].find((peer) => peer.number === number)

export const messagesChanged = (peer: Peer): After => notify({ kind: 'messages', conversation: peer.name })

export const CONVERSATIONS: After = notify({ kind: 'conversations' } satisfies Change)

/** A stretch of text for the list of conversations. */
export const PREVIEW_CHARACTERS = 200
