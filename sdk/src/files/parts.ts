import { openBytes, sealBytes, toBase64url } from '@chatnip/crypto'
import { LIMITS } from '@chatnip/protocol'
import { keyOf } from '../blobs/secrets.ts'

/**
 * A file as it lies on the server and on the disk: parts of 512 KiB, each sealed by AES-256-GCM under the file's own key and bound to the file, its
 * number and whether it is the last. So none can be left out, swapped, repeated or cut off unnoticed, and each can be opened by itself.
 */

/** A version byte, the IV and the tag (crypto/src/box.ts). */
const OVERHEAD = 29
export const PART_BYTES = LIMITS.blobPartBytes
const OPEN_BYTES = PART_BYTES - OVERHEAD

export interface Sized {
  /** Open, in bytes. */
  readonly size: number
}

/** How many parts it has; an empty file has one too. */
export const partsOf = ({ size }: Sized): number => Math.max(1, Math.ceil(size / OPEN_BYTES))

export const sealedSize = (file: Sized): number => file.size + partsOf(file) * OVERHEAD

/** Where a part begins in the open file, and where it ends. */
export const spanOf = (file: Sized, n: number): readonly [number, number] => [
  n * OPEN_BYTES,
  Math.min(file.size, (n + 1) * OPEN_BYTES),
]

/** How long a part is, sealed. */
export const sealedLength = (file: Sized, n: number): number => {
  const [from, to] = spanOf(file, n)
  return to - from + OVERHEAD
}

/** Seals and opens the parts of one file. */
export interface FileBox {
  seal(n: number, open: Uint8Array): Promise<Uint8Array>
  /** Null: it is not that part of that file. */
  open(n: number, sealed: Uint8Array): Promise<Uint8Array | null>
}

export async function boxOf(file: Sized & { readonly blob: string; readonly key: string }): Promise<FileBox> {
  const key = await keyOf(file.key)
  const context = (n: number): string => `file ${file.blob} ${n} ${n === partsOf(file) - 1 ? 'last' : 'more'}`
  return {
    seal: (n, open) => sealBytes(key, open, context(n)),
    open: (n, sealed) => openBytes(key, sealed, context(n)),
  }
}

const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes)))

/** The hash of the whole, from its sealed parts in their order: SHA-256 of the SHA-256 of each. */
export class PartsHash {
  readonly #hashes: Uint8Array[] = []

  async add(sealed: Uint8Array): Promise<void> {
    this.#hashes.push(await sha256(sealed))
  }

  async end(): Promise<string> {
    const all = new Uint8Array(this.#hashes.length * 32)
    for (const [at, hash] of this.#hashes.entries()) all.set(hash, at * 32)
    return toBase64url(await sha256(all))
  }
}
