import type { Blob, BlobPart, NewBlob, StoreLimits } from '../../../server/src/store/store.ts'
import type { BlobRow, Tables } from './tables.ts'

/** The rules of a store's blobs over plain tables. The contract suite says whether they are right. */

const blobOf = (row: BlobRow | undefined): Blob | null =>
  row === undefined || row.owner === null
    ? null
    : { owner: row.owner, size: row.size, isOwn: row.isOwn, uploaded: row.uploaded }

export const find = ({ blobs }: Tables, hash: Uint8Array): Blob | null => blobOf(blobs.get(String(hash)))

export function begin(
  tables: Tables,
  { hash, owner, size, isOwn, life, unfinishedUntil }: NewBlob,
  limits: StoreLimits,
): Blob | 'id_reused' | 'quota_full' | 'no_such_account' {
  if (!tables.accounts.has(owner)) return 'no_such_account'
  const row = tables.blobs.get(String(hash))
  const there = blobOf(row)
  if (row !== undefined)
    return there?.owner === owner && there.size === size && there.isOwn === isOwn ? there : 'id_reused'
  const others = [...tables.blobs.values()].filter((one) => one.owner === owner)
  const bytes = others.reduce((sum, one) => sum + one.size, size)
  if (others.length >= limits.blobsPerAccount || bytes > limits.blobBytesPerAccount) return 'quota_full'
  const fresh = { owner, size, isOwn, uploaded: 0 }
  tables.blobs.set(String(hash), { ...fresh, hash, life, endsAt: unfinishedUntil, releasedAt: null })
  return fresh
}

export function advance(tables: Tables, { hash, owner, from, upto, now, unfinishedUntil }: BlobPart): Blob | null {
  const row = tables.blobs.get(String(hash))
  if (row === undefined || row.owner !== owner) return null
  if (row.uploaded === from && upto <= row.size) {
    row.uploaded = upto
    row.endsAt = upto === row.size ? now + row.life : unfinishedUntil
  }
  return blobOf(row)
}

export function end(tables: Tables, hash: Uint8Array, owner: number): boolean {
  const row = tables.blobs.get(String(hash))
  if (row === undefined || row.owner !== owner) return false
  row.owner = null
  return true
}

export function release(
  { blobs }: Tables,
  { now, before, batch }: { readonly now: number; readonly before: number; readonly batch: number },
): { hash: Uint8Array; size: number }[] {
  const rows = [...blobs.values()]
  for (const row of rows.filter(({ owner, endsAt }) => owner !== null && endsAt <= now).slice(0, batch))
    row.owner = null
  for (const row of rows) if (row.owner === null) row.releasedAt ??= now
  return rows
    .filter(({ owner, releasedAt }) => owner === null && releasedAt !== null && releasedAt <= before)
    .slice(0, batch)
    .map(({ hash, size }) => ({ hash, size }))
}

export function forget({ blobs }: Tables, hashes: readonly Uint8Array[]): void {
  for (const hash of hashes) if (blobs.get(String(hash))?.owner === null) blobs.delete(String(hash))
}
