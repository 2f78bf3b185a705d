import { ChatnipError, LIMITS } from '@chatnip/protocol'
import type { BlobTransport } from '../ports.ts'

/** What this device does with encrypted files on the server (docs/blobs.md). */

/**
 * Uploads what follows behind `uploaded`. @returns how far it is now
 * @throws ChatnipError not_found when it does not grow: it has ended since
 */
export async function uploadNext(
  transport: BlobTransport,
  id: string,
  { uploaded: before, part }: { readonly uploaded: number; readonly part: Uint8Array },
): Promise<number> {
  const { uploaded } = await transport.uploadBlobPart(id, before, part)
  if (uploaded <= before) throw new ChatnipError('not_found')
  return uploaded
}

export async function putOnServer(transport: BlobTransport, id: string, bytes: Uint8Array): Promise<void> {
  const size = bytes.byteLength
  let { uploaded } = await transport.call('begin_blob', { id, size })
  while (uploaded < size) {
    const part = bytes.subarray(uploaded, uploaded + LIMITS.blobPartBytes)
    uploaded = await uploadNext(transport, id, { uploaded, part })
  }
}

/** So many bytes of it. @returns null when they are not there. @throws NetworkError when it can be tried again */
export async function fetchBytes(
  transport: BlobTransport,
  id: string,
  { from, length }: { readonly from: number; readonly length: number },
): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const piece = await transport.downloadBlob(id, from + filled).catch((error: unknown) => {
      if (error instanceof ChatnipError && error.code === 'not_found') return null
      throw error
    })
    if (piece === null || piece.byteLength === 0) return null
    const part = piece.subarray(0, length - filled)
    bytes.set(part, filled)
    filled += part.byteLength
  }
  return bytes
}

/** The bytes of what nobody needs any more; what is not there any more need not go. */
export async function deleteBlob(transport: BlobTransport, id: string): Promise<void> {
  await transport.call('delete_blob', { id }).catch((error: unknown) => {
    if (!(error instanceof ChatnipError) || error.code !== 'not_found') throw error
  })
}
