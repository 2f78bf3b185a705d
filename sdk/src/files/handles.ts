import { toBase64url } from '@chatnip/crypto'

/** What a file is called on the disk. Its id is the right to fetch it, which who reads the disk is not to have. */
export async function handleOf(blob: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`chatnip file ${blob}`))
  return toBase64url(new Uint8Array(hash))
}
