import { OK } from '../call.ts'
import type { Handlers } from '../call.ts'

export const BLOBS = {
  begin_blob: ({ blobs }, { session, body }) => blobs.begin(session.account, body),
  upload_blob_part: ({ blobs }, { session, body, file }) => blobs.upload(session.account, body, file),
  download_blob: ({ blobs, downloads }, { session, body, signal }) => {
    downloads.take(session.account, signal)
    return blobs.read(session.account, body)
  },
  delete_blob: async ({ blobs }, { session, body }) => {
    await blobs.remove(session.account, body.id)
    return OK
  },
} satisfies Partial<Handlers>
