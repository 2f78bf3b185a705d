import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { LIMITS } from '../limits.ts'
import { BlobId, Bytes, sessionRequest } from '../schemas.ts'

const OK = Type.Literal('OK')
const DAY = 86_400

const Uploaded = Type.Integer({ minimum: 0, description: 'So many bytes of it are on disk; go on from there.' })

/** Files that the server cannot read: encrypted on the device, stored in parts, fetched by whoever was told the id. */
export const BLOBS = {
  begin_blob: endpoint({
    summary:
      'Begin to store an encrypted file, or ask how far an upload of one’s own has come: the same call again changes nothing and says how far. ' +
      `It goes on with upload_blob_part and is forgotten when that does not happen for ${LIMITS.blobUnfinishedHours} hours. Its whole size ` +
      'counts against what the account may store from now on.',
    group: 'blobs',
    caller: 'session',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({
      id: BlobId,
      size: Type.Integer({ minimum: 1, maximum: LIMITS.blobBytes, description: 'Bytes.' }),
      expires_in: Type.Optional(
        Type.Integer({
          minimum: LIMITS.expirySeconds,
          maximum: LIMITS.ownBlobDays * DAY,
          description:
            'Seconds from its last part on after which it is deleted. Without it, and at most: the server’s retention, or ' +
            `${LIMITS.ownBlobDays} days for what is one’s own.`,
        }),
      ),
      own: Type.Optional(Type.Boolean({ description: 'Only this account may fetch it, and it may stay longer.' })),
    }),
    reply: Type.Object({ uploaded: Uploaded }),
    errors: ['not_signed_in', 'id_reused', 'quota_full'],
    rates: ['address', 'blob'],
  }),
  upload_blob_part: endpoint({
    summary:
      `Store the next part of a blob: the multipart file field \`part\`, ${LIMITS.blobPartBytes / 1024} KiB, the last one what is left. ` +
      'The answer says how far the blob is on disk, and so does any repetition: go on from there. A part that begins elsewhere is not taken, ' +
      'and that is no error.',
    group: 'blobs',
    caller: 'session',
    methods: ['POST'],
    body: 'multipart',
    file: { field: 'part', bytes: LIMITS.blobPartBytes },
    request: sessionRequest({
      id: BlobId,
      offset: Type.Integer({ minimum: 0, maximum: LIMITS.blobBytes, description: 'Where the part begins, in bytes.' }),
    }),
    reply: Type.Object({ uploaded: Uploaded }),
    errors: ['not_signed_in', 'not_found'],
    rates: ['address', 'blob_upload'],
  }),
  download_blob: endpoint({
    summary:
      `Fetch a piece of a blob that is whole, at most ${LIMITS.blobPartBytes / 1024} KiB; beyond its end there is nothing. Anybody who is signed ` +
      'in and knows the id may, but of what is somebody’s own only the owner.',
    group: 'blobs',
    caller: 'session',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({
      id: BlobId,
      offset: Type.Optional(
        Type.Integer({ minimum: 0, maximum: LIMITS.blobBytes, description: 'From which byte on; 0 without it.' }),
      ),
      length: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: LIMITS.blobPartBytes,
          description: 'How many bytes; as many as may be without it.',
        }),
      ),
    }),
    reply: Bytes,
    errors: ['not_signed_in', 'not_found'],
    rates: ['address', 'blob_download'],
  }),
  delete_blob: endpoint({
    summary: 'Delete a blob of one’s own, whole or not. Nobody can fetch it any more; its bytes go some minutes later.',
    group: 'blobs',
    caller: 'session',
    methods: ['POST'],
    body: 'json',
    request: sessionRequest({ id: BlobId }),
    reply: OK,
    errors: ['not_signed_in', 'not_found'],
    rates: ['address', 'blob'],
  }),
} as const
