import { restoreState } from '../engine/restore.ts'
import type { Own, State } from '../engine/state.ts'
import type { SealedRows } from './vault.ts'

/** What the engine knows after a start, a crash included: what lies on disk, and nothing else. */
export async function loadState(vault: SealedRows, own: Own, seed: number): Promise<State> {
  const [meta, peers, outbox, chains] = await Promise.all([
    vault.get('meta', ['state']),
    vault.scan('peers', {}),
    vault.scan('outbox', {}),
    vault.scan('chains', {}),
  ])
  const values = <T>(rows: readonly { readonly value: T }[]): readonly T[] => rows.map(({ value }) => value)
  return restoreState(own, seed, { meta, peers: values(peers), outbox: values(outbox), chains: values(chains) })
}
