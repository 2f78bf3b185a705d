import type { Reply } from '@chatnip/protocol'
import type { BlobTransport } from '@chatnip/sdk'
import { browserTransport, fetchFrom } from './transport.ts'

/** The browser's line, with encrypted files. */
export const blobTransport: BlobTransport = {
  ...browserTransport,
  uploadBlobPart: async (id, offset, part) => {
    const form = new FormData()
    form.set('id', id)
    form.set('offset', String(offset))
    form.set('part', new Blob([new Uint8Array(part)]))
    const reply: Reply<'upload_blob_part'> = await fetchFrom('upload_blob_part', form, {}, (response) =>
      response.json(),
    )
    return reply
  },
  downloadBlob: async (id, offset) => {
    const headers = { 'Content-Type': 'application/json' }
    const body = JSON.stringify({ id, offset })
    return new Uint8Array(await fetchFrom('download_blob', body, headers, (response) => response.arrayBuffer()))
  },
}
