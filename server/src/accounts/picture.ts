import { ChatnipError, LIMITS } from '@chatnip/protocol'

/** Formats by their first bytes, whatever the name or declared type says. SVG and HTML are never among them. */
const ALLOWED = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])

/**
 * Makes of what somebody uploaded a small square WebP without any of the original bytes: no metadata (EXIF, GPS), no
 * animation, nothing hidden behind the picture.
 * @throws ChatnipError image_invalid, too_large
 */
export async function redraw(upload: Uint8Array): Promise<Uint8Array> {
  if (upload.byteLength > LIMITS.avatarBytes) throw new ChatnipError('too_large')
  // Loaded on first use: together they would double the time until the server is ready.
  const [{ fileTypeFromBuffer }, { default: sharp }] = await Promise.all([import('file-type'), import('sharp')])
  const type = await fileTypeFromBuffer(upload).catch(() => undefined)
  if (type === undefined || !ALLOWED.has(type.mime)) throw new ChatnipError('image_invalid')
  try {
    const image = sharp(upload, { limitInputPixels: LIMITS.avatarPixels, pages: 1, failOn: 'error' })
    const { width, height } = await image.metadata()
    // The header alone decides, before anything is decoded (decompression bombs).
    if (width * height > LIMITS.avatarPixels) throw new ChatnipError('too_large')
    const square = { width: LIMITS.avatarSide, height: LIMITS.avatarSide, fit: 'cover' } as const
    return await image.autoOrient().resize(square).webp({ quality: 85 }).toBuffer()
  } catch (cause) {
    if (cause instanceof ChatnipError) throw cause
    throw new ChatnipError('image_invalid', { cause })
  }
}
