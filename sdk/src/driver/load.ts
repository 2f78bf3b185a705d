import { FULL_WINDOW } from '../engine/outbox.ts'
import type { Meta, OutboxRow, Peer } from '../engine/rows.ts'
import type { OutboxItem, Own, State } from '../engine/state.ts'
import type { Vault } from './vault.ts'

/** What the engine knows after a start, a crash included: what lies on disk, and nothing else. */
export async function loadState(vault: Vault, own: Own, seed: number): Promise<State> {
  const [meta, peers, outbox] = await Promise.all([
    vault.get('meta', ['state']),
    vault.scan('peers', {}),
    vault.scan('outbox', {}),
  ])
  return {
    own,
    seed,
    line: { phase: 'idle', number: 0, failures: 0, silent: 0, cursorAtOpen: 0 },
    meta: currentMeta(meta, own.deviceId),
    peers: new Map(peers.map(({ value }) => [value.name.toLowerCase(), withOwnKey(value, own)])),
    keys: new Map(),
    askFailures: 0,
    askWaiting: false,
    outbox: outbox.map(({ value }) => itemOf(value)),
    held: new Set(),
    window: FULL_WINDOW,
    recent: new Set(),
    opening: [],
    queue: [],
    batch: null,
    batches: 0,
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

/** Whatever is sealed may have been sent before the crash, so its bytes stay. */
function itemOf(row: OutboxRow): OutboxItem {
  const tried = row.sealed !== null
  const waiting = tried ? 'ready' : 'saved'
  return { ...row, stage: row.state === 'failed' ? 'failed' : waiting, tried, disliked: 0 }
}
