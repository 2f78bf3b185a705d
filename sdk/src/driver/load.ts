import { refKey } from '../engine/alter.ts'
import { targetOf } from '../engine/content.ts'
import type { MessageRef } from '../engine/content.ts'
import type { OnDisk } from '../engine/events.ts'
import { restoreState } from '../engine/restore.ts'
import type { OutboxRow } from '../engine/rows.ts'
import type { KnownLine, Own, State } from '../engine/state.ts'
import type { SealedRows } from './vault.ts'

/** What the engine knows after a start, a crash included: what lies on disk, and nothing else. */
export async function loadState(vault: SealedRows, own: Own, seed: number): Promise<State> {
  const [meta, peers, outbox, chains, early, fading, groups] = await Promise.all([
    vault.get('meta', ['state']),
    vault.scan('peers', {}),
    vault.scan('outbox', {}),
    vault.scan('chains', {}),
    vault.scan('early', {}),
    vault.scan('fading', {}),
    vault.scan('groups', {}),
  ])
  const values = <T>(rows: readonly { readonly value: T }[]): readonly T[] => rows.map(({ value }) => value)
  const waiting = values(outbox)
  const lines = await linesOf(vault, own, waiting)
  const rest = {
    peers: values(peers),
    outbox: waiting,
    chains: values(chains),
    early: values(early),
    fading: values(fading),
    groups: values(groups),
    lines,
  }
  return restoreState(own, seed, { meta, ...rest })
}

/** The messages that the acts in the outbox are about. */
async function linesOf(
  vault: SealedRows,
  own: Own,
  outbox: readonly OutboxRow[],
): Promise<ReadonlyMap<string, KnownLine>> {
  const lines = new Map<string, KnownLine>()
  for (const { act } of outbox) {
    if (act === undefined) continue
    const about = targetOf(act, own.username.toLowerCase())
    const found = await findMessage(vault, about)
    if (found !== null) lines.set(refKey(about), found)
  }
  return lines
}

/** A message by its writer, in lower case, and its id. Null: it is not here. */
export async function findMessage(vault: SealedRows, { sender, id }: MessageRef): Promise<OnDisk | null> {
  const key = (await vault.get('ids', [sender, id]))?.line ?? null
  const line = key === null ? null : await vault.get('messages', key)
  return key !== null && line?.kind === 'message' ? { key, line } : null
}
