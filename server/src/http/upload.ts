import type { FastifyRequest } from 'fastify'
import { ChatnipError } from '@chatnip/protocol'
import type { Endpoint } from '@chatnip/protocol'

interface Upload {
  /** The form's other fields; null when the endpoint takes JSON. */
  readonly fields: Record<string, string> | null
  readonly file: Uint8Array
}

const NONE: Upload = { fields: null, file: new Uint8Array() }

/**
 * Reads a multipart form with one file field named `avatar`.
 * @throws ChatnipError media_type, image_invalid (no such file), too_large
 */
export async function readUpload({ body }: Endpoint, request: FastifyRequest): Promise<Upload> {
  if (body === 'json') return NONE
  if (!request.isMultipart()) throw new ChatnipError('media_type')
  const { fields, file } = await readParts(request).catch((cause: unknown) => {
    // The parser throws errors without a status for a form that is broken; those with one (too large) speak for themselves.
    if (cause instanceof Error && 'statusCode' in cause) throw cause
    throw new ChatnipError('bad_request', { message: 'The body is not a valid multipart form.', cause })
  })
  if (file === null)
    throw new ChatnipError('image_invalid', { message: 'Send the picture as the form field "avatar".' })
  return { fields, file }
}

async function readParts(
  request: FastifyRequest,
): Promise<{ fields: Record<string, string>; file: Uint8Array | null }> {
  const fields: Record<string, string> = {}
  let file: Uint8Array | null = null
  for await (const part of request.parts()) {
    if (part.type === 'file') {
      const bytes = await part.toBuffer()
      if (part.fieldname === 'avatar') file = bytes
    } else if (typeof part.value === 'string') fields[part.fieldname] = part.value
  }
  return { fields, file }
}
