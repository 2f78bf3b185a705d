import { ChatnipError, LIMITS } from '@chatnip/protocol'
import type { Request } from '@chatnip/protocol'
import { sha256 } from '../accounts/secrets.ts'
import type { Clock } from '../clock.ts'
import type { Files } from '../files/files.ts'
import type { AccountNumber, Store } from '../store/store.ts'

/**
 * Encrypted files in parts. A part is stored before the store is told of it, and the caller is told when both are on disk; bytes are removed
 * before the row that knows of them. So whatever was said to be here is here after a power cut, and nothing stays that nobody knows of.
 */
export interface Blobs {
  /** @throws ChatnipError id_reused, quota_full, bad_request (it is to stay longer than it may), not_signed_in (the account has just gone) */
  begin(account: AccountNumber, asked: Request<'begin_blob'>): Promise<{ uploaded: number }>
  /** @throws ChatnipError not_found, bad_request (not as long as a part is) */
  upload(account: AccountNumber, asked: Request<'upload_blob_part'>, part: Uint8Array): Promise<{ uploaded: number }>
  /** @throws ChatnipError not_found: also while it is not whole, and for whom it isn't for */
  read(account: AccountNumber, asked: Request<'download_blob'>): Promise<Uint8Array>
  /** @throws ChatnipError not_found */
  remove(account: AccountNumber, id: string): Promise<void>
  /** One round of upkeep: what has ended goes. `now`: Unix milliseconds that can be trusted. */
  sweep(now: number): Promise<void>
}

const PART = LIMITS.blobPartBytes
const DAY_MS = 86_400_000
const UNFINISHED_MS = LIMITS.blobUnfinishedHours * 3_600_000
/** Longer than any request lasts: a part that is still on its way when its blob goes is removed with the others. */
const UNDER_WAY_MS = 300_000
const BATCH = 50

const nameOf = (hash: Uint8Array, part: number): string => {
  const hex = Buffer.from(hash).toString('hex')
  return `blobs/${hex.slice(0, 2)}/${hex}-${part}`
}

interface Deps {
  readonly store: Store
  readonly files: Files
  readonly clock: Clock
  /** How long a blob for others may stay. */
  readonly retentionDays: number
}

function lifeOf({ expires_in: seconds, own }: Request<'begin_blob'>, retentionDays: number): number {
  const days = own === true ? LIMITS.ownBlobDays : retentionDays
  const life = seconds === undefined ? days * DAY_MS : seconds * 1_000
  if (life <= days * DAY_MS) return life
  throw new ChatnipError('bad_request', { message: `A blob for others may stay ${retentionDays} days at most.` })
}

async function begin(
  { store, clock, retentionDays }: Deps,
  account: AccountNumber,
  asked: Request<'begin_blob'>,
): Promise<{ uploaded: number }> {
  const begun = await store.beginBlob({
    hash: sha256(asked.id),
    owner: account,
    size: asked.size,
    isOwn: asked.own === true,
    life: lifeOf(asked, retentionDays),
    unfinishedUntil: clock.now() + UNFINISHED_MS,
  })
  if (begun === 'no_such_account') throw new ChatnipError('not_signed_in')
  if (begun === 'id_reused')
    throw new ChatnipError(begun, { message: 'There is another blob with this id. Make a new random one for each.' })
  if (begun === 'quota_full') throw new ChatnipError(begun)
  return { uploaded: begun.uploaded }
}

async function upload(
  { store, files, clock }: Deps,
  account: AccountNumber,
  { id, offset }: Request<'upload_blob_part'>,
  part: Uint8Array,
): Promise<{ uploaded: number }> {
  const hash = sha256(id)
  const blob = await store.findBlob(hash)
  if (blob === null || blob.owner !== account) throw new ChatnipError('not_found')
  const { size, uploaded } = blob
  // Whoever got no answer, or a late one, hears how far it is.
  if (offset !== uploaded || uploaded === size) return { uploaded }
  const length = Math.min(PART, size - offset)
  if (part.byteLength !== length)
    throw new ChatnipError('bad_request', { message: `The part that begins at ${offset} has ${length} bytes.` })
  const name = nameOf(hash, offset / PART)
  await files.put(name, part)
  const now = clock.now()
  const stored = { hash, owner: account, from: offset, upto: offset + length, now }
  const advanced = await store.advanceBlob({ ...stored, unfinishedUntil: now + UNFINISHED_MS })
  if (advanced !== null) return { uploaded: advanced.uploaded }
  // It was deleted meanwhile.
  await files.remove([name])
  throw new ChatnipError('not_found')
}

async function read(
  { store, files }: Deps,
  account: AccountNumber,
  { id, offset = 0, length = PART }: Request<'download_blob'>,
): Promise<Uint8Array> {
  const hash = sha256(id)
  const blob = await store.findBlob(hash)
  if (blob === null || blob.uploaded < blob.size) throw new ChatnipError('not_found')
  if (blob.isOwn && blob.owner !== account) throw new ChatnipError('not_found')
  const end = Math.min(offset + length, blob.size)
  const pieces: Uint8Array[] = []
  for (let at = Math.min(offset, end); at < end;) {
    const part = await files.get(nameOf(hash, Math.floor(at / PART)))
    const from = at % PART
    const piece = part?.subarray(from, from + end - at)
    // A database that was put back may know of what is gone.
    if (piece === undefined || piece.byteLength === 0) throw new ChatnipError('not_found')
    pieces.push(piece)
    at += piece.byteLength
  }
  return Buffer.concat(pieces)
}

async function sweep({ store, files }: Deps, now: number): Promise<void> {
  for (;;) {
    const ended = await store.releaseBlobs(now, now - UNDER_WAY_MS, BATCH)
    for (const { hash, size } of ended)
      await files.remove(Array.from({ length: Math.ceil(size / PART) }, (_, part) => nameOf(hash, part)))
    if (ended.length > 0) await store.forgetBlobs(ended.map(({ hash }) => hash))
    if (ended.length < BATCH) return
  }
}

export const openBlobs = (deps: Deps): Blobs => ({
  begin: (account, asked) => begin(deps, account, asked),
  upload: (account, asked, part) => upload(deps, account, asked, part),
  read: (account, asked) => read(deps, account, asked),
  remove: async (account, id) => {
    if (!(await deps.store.endBlob(sha256(id), account))) throw new ChatnipError('not_found')
  },
  sweep: (now) => sweep(deps, now),
})
