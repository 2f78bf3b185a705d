import type { FastifyRequest } from 'fastify'
import { ChatnipError } from '@chatnip/protocol'
import type { Endpoint } from '@chatnip/protocol'
import type { TSchema } from 'typebox'

interface Upload {
  /** The form's other fields; null when the endpoint takes JSON. */
  readonly fields: Record<string, unknown> | null
  readonly file: Uint8Array
}

const NONE: Upload = { fields: null, file: new Uint8Array() }

/**
 * Reads a multipart form with the one file that the table names.
 * @throws ChatnipError media_type, bad_request or image_invalid (no such file), too_large
 */
export async function readUpload(
  { file: wanted, request: schema }: Endpoint,
  request: FastifyRequest,
): Promise<Upload> {
  if (wanted === undefined) return NONE
  if (!request.isMultipart()) throw new ChatnipError('media_type')
  const { fields, file } = await readParts(wanted, request).catch((cause: unknown) => {
    // The parser throws errors without a status for a form that is broken; those with one (too large) speak for themselves.
    if (cause instanceof Error && 'statusCode' in cause) throw cause
    throw new ChatnipError('bad_request', { message: 'The body is not a valid multipart form.', cause })
  })
  if (file !== null) return { fields: withNumbers(fields, schema), file }
  if (wanted.field === 'avatar')
    throw new ChatnipError('image_invalid', { message: 'Send the picture as the form field "avatar".' })
  throw new ChatnipError('bad_request', { message: `Send the file as the form field "${wanted.field}".` })
}

async function readParts(
  { field, bytes: fileSize }: NonNullable<Endpoint['file']>,
  request: FastifyRequest,
): Promise<{ fields: Record<string, string>; file: Uint8Array | null }> {
  const fields: Record<string, string> = {}
  let file: Uint8Array | null = null
  for await (const part of request.parts({ limits: { fileSize } })) {
    if (part.type === 'file') {
      const bytes = await part.toBuffer()
      if (part.fieldname === field) file = bytes
    } else if (typeof part.value === 'string') fields[part.fieldname] = part.value
  }
  return { fields, file }
}

/** A form has only texts; what the table wants as a whole number is read as one, and refused by the table when it is none. */
function withNumbers(fields: Record<string, string>, schema: TSchema): Record<string, unknown> {
  const properties: Readonly<Record<string, unknown>> = 'properties' in schema ? Object(schema.properties) : {}
  const isWhole = (name: string): boolean => {
    const property = properties[name]
    return typeof property === 'object' && property !== null && 'type' in property && property.type === 'integer'
  }
  return Object.fromEntries(
    Object.entries(fields).map(([name, text]) => [
      name,
      isWhole(name) && /^\d{1,15}$/.test(text) ? Number(text) : text,
    ]),
  )
}
