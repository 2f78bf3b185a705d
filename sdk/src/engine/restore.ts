import { FULL_WINDOW } from './outbox.ts'
import { earlyKey } from './alter.ts'
import { chainKey } from './chains.ts'
import { fadingKey } from './fading-rows.ts'
import type { Chain, EarlyRow, FadingRow, GroupRow, Meta, OutboxRow, Peer } from './rows.ts'
import type { Group, KnownLine, OutboxItem, Own, State } from './state.ts'

export interface OnDiskState {
  readonly meta: Meta | null
  readonly peers: readonly Peer[]
  /** In the order of their keys. */
  readonly outbox: readonly OutboxRow[]
  readonly chains?: readonly Chain[]
  readonly early?: readonly EarlyRow[]
  /** Of the messages that acts in the outbox are about, by `refKey`. */
  readonly lines?: ReadonlyMap<string, KnownLine>
  readonly fading?: readonly FadingRow[]
  readonly groups?: readonly GroupRow[]
}

/** The state of an engine that has just started, from the rows that it wrote before. */
export function restoreState(own: Own, seed: number, disk: OnDiskState): State {
  return {
    own,
    seed,
    line: { phase: 'idle', number: 0, failures: 0, silent: 0, cursorAtOpen: 0 },
    meta: currentMeta(disk.meta, own.deviceId),
    peers: new Map(disk.peers.map((peer) => [peer.name.toLowerCase(), withOwnKey(peer, own)])),
    keys: new Map(),
    askFailures: 0,
    askWaiting: false,
    outbox: disk.outbox.map(itemOf),
    held: new Set(),
    window: FULL_WINDOW,
    recent: new Set(),
    opening: [],
    queue: [],
    batch: null,
    batches: 0,
    chains: new Map((disk.chains ?? []).map((one) => [chainKey(one.number, one.chain), one])),
    service: [],
    telling: 'no',
    heads: new Map(),
    recalled: new Map(),
    early: new Map((disk.early ?? []).map((row) => [earlyKey(row), row])),
    lines: disk.lines ?? new Map(),
    fading: new Map((disk.fading ?? []).map((row) => [fadingKey(row.key), row])),
    groups: new Map((disk.groups ?? []).map((row) => [row.id, groupOf(row)])),
    isStepping: false,
    begins: new Map(),
    afresh: new Map(),
    awaited: null,
    wanted: [],
    active: new Set(),
    claims: new Map(),
    proposal: null,
    admissions: new Map(),
    stock: 'due',
    stockedAt: -Infinity,
    devices: [],
    known: [],
    gone: [],
  }
}

function currentMeta(meta: Meta | null, deviceId: string): Meta {
  if (meta === null) return { version: 1, deviceId, cursor: 0, base: 0, top: 0, sub: 0, order: 0, gaps: 0 }
  if (meta.deviceId === deviceId) return meta
  // Another device id has another mailbox, which counts from 1; its places go on behind those that are there.
  return { ...meta, deviceId, cursor: 0, base: meta.top }
}

/** The note to self is always for the keys that the account has now. */
function withOwnKey(peer: Peer, { username, publicKey, fingerprint }: Own): Peer {
  if (peer.name.toLowerCase() !== username.toLowerCase() || peer.pinned?.fingerprint === fingerprint) return peer
  return { ...peer, pinned: { publicKey, fingerprint, canSeal: true, since: peer.pinned?.since ?? 0 } }
}

/** A commit that is on disk may have been sent before the crash, so it is sent again as it is. */
const groupOf = (row: GroupRow): Group => ({ ...row, stage: row.pending === null ? 'none' : 'ready', behind: 0 })

/** Whatever is sealed may have been sent before the crash, so its bytes stay. */
function itemOf(row: OutboxRow): OutboxItem {
  const tried = row.sealed !== null
  const waiting = tried ? 'ready' : 'saved'
  return { ...row, stage: row.state === 'failed' ? 'failed' : waiting, tried, disliked: 0 }
}
