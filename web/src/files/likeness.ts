/** What a picture is, told from its first bytes and from nothing else. */
export interface Likeness {
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif'
  readonly width: number
  readonly height: number
}

/** In front of the sizes of a JPEG stand what the camera wrote, and a small picture. */
const HEAD_BYTES = 512 * 1024
const MOST_SIDE = 16_384
/** A picture of a hundred kilobytes may have a thousand million pixels, and take four bytes for each when it is drawn. */
const MOST_PIXELS = 64_000_000

const text = (view: DataView, at: number, length: number): string =>
  String.fromCharCode(
    ...new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, Math.max(0, view.byteLength - at))),
  )

const png = (view: DataView): Likeness | null =>
  view.byteLength >= 24 && view.getUint32(0) === 0x89504e47 && text(view, 12, 4) === 'IHDR'
    ? { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) }
    : null

/** Behind the table of colours, if there is one. */
const gifBlocksAt = (view: DataView): number => {
  const flags = view.getUint8(10)
  return 13 + ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1))
}

/** Behind an extension: its label, and pieces that each say how long they are, down to an empty one. */
const behindExtension = (view: DataView, start: number): number => {
  let at = start + 2
  while (at < view.byteLength && view.getUint8(at) !== 0) at += view.getUint8(at) + 1
  return at + 1
}

/** A first frame that is larger than the screen that was announced makes that larger: browsers draw it whole. */
const gif = (view: DataView): Likeness | null => {
  if (view.byteLength < 13 || !/^GIF8[79]a$/u.test(text(view, 0, 6))) return null
  let at = gifBlocksAt(view)
  while (at < view.byteLength && view.getUint8(at) === 0x21) at = behindExtension(view, at)
  if (at + 9 > view.byteLength || view.getUint8(at) !== 0x2c) return null
  const side = (screen: number, from: number, length: number): number =>
    Math.max(view.getUint16(screen, true), view.getUint16(at + from, true) + view.getUint16(at + length, true))
  return { type: 'image/gif', width: side(6, 1, 5), height: side(8, 3, 7) }
}

const uint24 = (view: DataView, at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16)

/** RFC 9649: simple, lossless, or with more. */
const webp = (view: DataView): Likeness | null => {
  if (view.byteLength < 30 || text(view, 0, 4) !== 'RIFF' || text(view, 8, 4) !== 'WEBP') return null
  const type = 'image/webp'
  switch (text(view, 12, 4)) {
    case 'VP8 ':
      return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { type, width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 }
    default:
      return null
  }
}

/** Of the markers that begin a frame, those between are for tables. */
const beginsFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

const jpeg = (view: DataView): Likeness | null => {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; at + 9 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint8(at) !== 0xff) return null
    if (beginsFrame(view.getUint8(at + 1)))
      return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
  }
  return null
}

const isBearable = ({ width, height }: Likeness): boolean =>
  width > 0 && height > 0 && Math.max(width, height) <= MOST_SIDE && width * height <= MOST_PIXELS

/** However large. For one's own pictures: the limits are for what strangers send. */
export const ownLikenessOf = (head: Uint8Array): Likeness | null => {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  return png(view) ?? jpeg(view) ?? webp(view) ?? gif(view)
}

/** @returns null: nothing that is drawn here. SVG and everything else that can hold a program never is. */
export const likenessOf = (head: Uint8Array): Likeness | null => {
  const likeness = ownLikenessOf(head)
  return likeness !== null && isBearable(likeness) ? likeness : null
}

/** The same bytes under the type that they really have; null: not to be drawn. */
export const asPicture = async (data: Blob): Promise<Blob | null> => {
  const likeness = likenessOf(new Uint8Array(await data.slice(0, HEAD_BYTES).arrayBuffer()))
  return likeness === null ? null : data.slice(0, data.size, likeness.type)
}

const MOST_THUMB_SIDE = 512

/** A small picture that came inside a message: this app writes them as JPEG alone. */
export const thumbOf = (base64: string): Blob | null => {
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
    const likeness = likenessOf(bytes)
    const isSmall = likeness?.type === 'image/jpeg' && Math.max(likeness.width, likeness.height) <= MOST_THUMB_SIDE
    return isSmall ? new Blob([bytes], { type: likeness.type }) : null
  } catch {
    return null
  }
}
