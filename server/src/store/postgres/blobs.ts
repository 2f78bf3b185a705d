import type { AccountNumber, Blob, BlobStore, NewBlob } from '../store.ts'
import type { Context } from './context.ts'
import type { Ask } from './database.ts'
import { lockAccount } from './devices.ts'
import { toBoolean, toBytes, toNumber, toNumberOrNull } from './rows.ts'
import type { Row } from './rows.ts'
import { bytesArray } from './text.ts'

const COLUMNS = 'owner, size, is_own, uploaded'

const blobOf = (row: Row | undefined): Blob | null => {
  const owner = row === undefined ? null : toNumberOrNull(row['owner'])
  if (row === undefined || owner === null) return null
  return { owner, size: toNumber(row['size']), isOwn: toBoolean(row['is_own']), uploaded: toNumber(row['uploaded']) }
}

const find = async (ask: Ask, hash: Uint8Array): Promise<Blob | null> =>
  blobOf((await ask(`SELECT ${COLUMNS} FROM blobs WHERE hash = $1`, [hash]))[0])

async function hasRoom({ limits }: Context, ask: Ask, [owner, size]: [AccountNumber, number]): Promise<boolean> {
  const [row] = await ask(
    'SELECT count(*) AS blobs, coalesce(sum(size), 0)::bigint AS bytes FROM blobs WHERE owner = $1',
    [owner],
  )
  return (
    toNumber(row?.['blobs']) < limits.blobsPerAccount && toNumber(row?.['bytes']) + size <= limits.blobBytesPerAccount
  )
}

async function begin(context: Context, ask: Ask, fresh: NewBlob): ReturnType<BlobStore['beginBlob']> {
  const { hash, owner, size, isOwn, life, unfinishedUntil } = fresh
  // One after the other of each account, or two at once could take the same room.
  if ((await lockAccount(ask, owner)) === null) return 'no_such_account'
  const [row] = await ask(`SELECT ${COLUMNS} FROM blobs WHERE hash = $1`, [hash])
  if (row !== undefined) {
    const there = blobOf(row)
    return there?.owner === owner && there.size === size && there.isOwn === isOwn ? there : 'id_reused'
  }
  if (!(await hasRoom(context, ask, [owner, size]))) return 'quota_full'
  const [made] = await ask(
    `INSERT INTO blobs (hash, owner, size, is_own, life, ends_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (hash) DO NOTHING RETURNING blob`,
    [hash, owner, size, isOwn, life, unfinishedUntil],
  )
  // Another account took the same id in the same moment.
  return made === undefined ? 'id_reused' : { owner, size, isOwn, uploaded: 0 }
}

const ADVANCE = `UPDATE blobs SET uploaded = $1, ends_at = CASE WHEN size = $1 THEN $2::bigint + life ELSE $3 END
  WHERE hash = $4 AND owner = $5 AND uploaded = $6 AND size >= $1`

const END = `UPDATE blobs SET owner = NULL WHERE blob IN
  (SELECT blob FROM blobs WHERE owner IS NOT NULL AND ends_at <= $1 ORDER BY ends_at LIMIT $2)`
const RELEASE = 'UPDATE blobs SET released_at = $1 WHERE owner IS NULL AND released_at IS NULL'
/**
 * Each is given to one node: two that removed the bytes of one could take away a part that was stored anew under its id when the other was through.
 * Who dies before it says that they are gone leaves it as if it were released just now.
 */
const RELEASED = `UPDATE blobs SET released_at = $3 WHERE blob = ANY (ARRAY(
  SELECT blob FROM blobs WHERE owner IS NULL AND released_at <= $1 ORDER BY released_at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING hash, size`

export const blobStore = (context: Context): BlobStore => ({
  beginBlob: (blob) => context.db.together((ask) => begin(context, ask, blob)),
  findBlob: (hash) => find(context.db.ask, hash),
  advanceBlob: ({ hash, owner, from, upto, now, unfinishedUntil }) =>
    context.db.together(async (ask) => {
      await ask(ADVANCE, [upto, now, unfinishedUntil, hash, owner, from])
      const blob = await find(ask, hash)
      return blob?.owner === owner ? blob : null
    }),
  endBlob: async (hash, owner) => {
    const [row] = await context.db.ask('UPDATE blobs SET owner = NULL WHERE hash = $1 AND owner = $2 RETURNING blob', [
      hash,
      owner,
    ])
    return row !== undefined
  },
  releaseBlobs: async (now, before, batch) => {
    await context.db.ask(END, [now, batch])
    await context.db.ask(RELEASE, [now])
    const rows = await context.db.ask(RELEASED, [before, batch, now])
    return rows.map((row) => ({ hash: toBytes(row['hash']), size: toNumber(row['size']) }))
  },
  forgetBlobs: async (hashes) => {
    await context.db.ask('DELETE FROM blobs WHERE hash = ANY ($1::bytea[]) AND owner IS NULL', [bytesArray(hashes)])
  },
})
