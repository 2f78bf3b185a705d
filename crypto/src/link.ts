import { base64url } from 'jose'
import { decodeStrictly, isRecord, sha256, utf8 } from './bytes.ts'

/**
 * What ties a message to the one that the same device sent before it in the same conversation, so that whoever reads them sees what
 * a server left out, held back or turned around. Inside the signature.
 */
export interface Link {
  /** The id of the chain's first message. A chain is what one device says in one conversation. */
  readonly chain: string
  /** 1, 2, 3 … */
  readonly n: number
  /** `hashLink` of the message before; empty for the first. */
  readonly prev: string
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const MOST = 2 ** 31
const HASH_BYTES = 16

/** 22 characters that stand for a message and all before it in its chain: base64url of half a SHA-256 over `prev.chain.n.id`. */
export async function hashLink({ chain, n, prev }: Link, id: string): Promise<string> {
  const hash = await sha256(utf8(`${prev}.${chain}.${n}.${id}`))
  return base64url.encode(hash.subarray(0, HASH_BYTES))
}

/** @returns undefined when the value is no link that the message `id` may bear */
export function readLink(value: unknown, id: string): Link | undefined {
  if (!isRecord(value)) return undefined
  const { chain, n, prev } = value
  if (typeof chain !== 'string' || !ID.test(chain) || typeof prev !== 'string') return undefined
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 1 || n > MOST) return undefined
  const isTied = n === 1 ? prev === '' && chain === id : decodeStrictly(prev)?.length === HASH_BYTES
  return isTied ? { chain, n, prev } : undefined
}
