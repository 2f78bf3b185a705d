import type { AccountNumber, Blob, BlobPart, NewBlob } from '../store.ts'
import type { Handlers } from './calls.ts'
import type { Context } from './context.ts'
import { toBytes, toNumber } from './rows.ts'
import type { Row } from './rows.ts'

type BlobHandlers = Pick<
  Handlers,
  'beginBlob' | 'findBlob' | 'advanceBlob' | 'endBlob' | 'releaseBlobs' | 'forgetBlobs'
>

const blobOf = (row: Row): Blob => ({
  owner: toNumber(row['owner']),
  size: toNumber(row['size']),
  isOwn: toNumber(row['is_own']) === 1,
  uploaded: toNumber(row['uploaded']),
})

function find({ db }: Context, hash: Uint8Array): Blob | null {
  const row = db.sql('SELECT owner, size, is_own, uploaded FROM blobs WHERE hash = ? AND owner IS NOT NULL').get(hash)
  return row === undefined ? null : blobOf(row)
}

function hasRoom({ db, limits }: Context, owner: AccountNumber, size: number): boolean {
  const row = db.sql('SELECT count(*) AS blobs, coalesce(sum(size), 0) AS bytes FROM blobs WHERE owner = ?').get(owner)
  return (
    toNumber(row?.['blobs']) < limits.blobsPerAccount && toNumber(row?.['bytes']) + size <= limits.blobBytesPerAccount
  )
}

function begin(context: Context, fresh: NewBlob): Blob | 'id_reused' | 'quota_full' | 'no_such_account' {
  const { hash, owner, size, isOwn, life, unfinishedUntil } = fresh
  const there = context.db.sql('SELECT owner, size, is_own, uploaded FROM blobs WHERE hash = ?').get(hash)
  if (there !== undefined) {
    const isSame = there['owner'] === owner && there['size'] === size && there['is_own'] === (isOwn ? 1 : 0)
    return isSame ? blobOf(there) : 'id_reused'
  }
  if (context.cache.byNumber(owner) === null) return 'no_such_account'
  if (!hasRoom(context, owner, size)) return 'quota_full'
  context.db
    .sql('INSERT INTO blobs (hash, owner, size, is_own, life, ends_at) VALUES (?, ?, ?, ?, ?, ?)')
    .run(hash, owner, size, isOwn ? 1 : 0, life, unfinishedUntil)
  return { owner, size, isOwn, uploaded: 0 }
}

/** The last part begins the blob's life; one before gives the next one time to come. */
function advance(context: Context, { hash, owner, from, upto, now, unfinishedUntil }: BlobPart): Blob | null {
  context.db
    .sql(
      `UPDATE blobs SET uploaded = ?1, ends_at = CASE WHEN size = ?1 THEN ?2 + life ELSE ?3 END
       WHERE hash = ?4 AND owner = ?5 AND uploaded = ?6 AND size >= ?1`,
    )
    .run(upto, now, unfinishedUntil, hash, owner, from)
  const blob = find(context, hash)
  return blob?.owner === owner ? blob : null
}

function release({ db }: Context, now: number, before: number, batch: number): { hash: Uint8Array; size: number }[] {
  db.sql(
    `UPDATE blobs SET owner = NULL WHERE blob IN
     (SELECT blob FROM blobs WHERE owner IS NOT NULL AND ends_at <= ? ORDER BY ends_at LIMIT ?)`,
  ).run(now, batch)
  db.sql('UPDATE blobs SET released_at = ? WHERE owner IS NULL AND released_at IS NULL').run(now)
  return db
    .sql('SELECT hash, size FROM blobs WHERE owner IS NULL AND released_at <= ? ORDER BY released_at LIMIT ?')
    .all(before, batch)
    .map((row) => ({ hash: toBytes(row['hash']), size: toNumber(row['size']) }))
}

export const blobHandlers = (context: Context): BlobHandlers => ({
  beginBlob: (blob) => begin(context, blob),
  findBlob: (hash) => find(context, hash),
  advanceBlob: (part) => advance(context, part),
  endBlob: (hash, owner) =>
    context.db.sql('UPDATE blobs SET owner = NULL WHERE hash = ? AND owner = ?').run(hash, owner).changes !== 0,
  releaseBlobs: (now, before, batch) => release(context, now, before, batch),
  forgetBlobs: (hashes) => {
    const forget = context.db.sql('DELETE FROM blobs WHERE hash = ? AND owner IS NULL')
    for (const hash of hashes) forget.run(hash)
  },
})
