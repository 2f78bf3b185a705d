import type { FileToSend } from '@chatnip/sdk'
import { ownLikenessOf } from './likeness.ts'
import { isImage } from './limits.ts'

/** The longer side of a picture that is sent, in pixels. */
const MOST_SIDE = 2_048
const QUALITY = 0.85
const THUMB_SIDE = 160
/** In base64, of all pictures of one message together; each may take a third of it. */
const MOST_THUMBS = 15_000
const MOST_THUMB = 5_000
const ENDINGS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp' }

interface Size {
  readonly width: number
  readonly height: number
}

const fitted = ({ width, height }: Size, most: number): Size => {
  const scale = Math.min(1, most / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** Decoding and shrinking happen outside of this thread; what is drawn here is as small already as it is to be. */
const drawn = async (picture: Blob, size: Size): Promise<OffscreenCanvas> => {
  const { width: resizeWidth, height: resizeHeight } = size
  const bitmap = await createImageBitmap(picture, { resizeWidth, resizeHeight, resizeQuality: 'high' })
  const canvas = new OffscreenCanvas(size.width, size.height)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  bitmap.close()
  return canvas
}

/** As a browser shows it, turned as the camera was held. */
const sizeOf = async (picture: Blob): Promise<Size> => {
  const bitmap = await createImageBitmap(picture)
  const { width, height } = bitmap
  bitmap.close()
  return { width, height }
}

const toBase64 = async (blob: Blob): Promise<string> => {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** @param most in base64. Null: it doesn't get as small as that */
const thumbOf = async (picture: Blob, size: Size, most: number): Promise<string | null> => {
  for (const [side, quality] of [
    [THUMB_SIDE, 0.6],
    [THUMB_SIDE, 0.3],
    [96, 0.4],
    [48, 0.3],
  ] as const) {
    const canvas = await drawn(picture, fitted(size, side))
    const thumb = await toBase64(await canvas.convertToBlob({ type: 'image/jpeg', quality }))
    if (thumb.length <= most) return thumb
  }
  return null
}

const renamed = (name: string, type: string): string => {
  const ending = ENDINGS[type]
  return ending === undefined ? name : `${name.replace(/\.[^.]{1,5}$/u, '')}.${ending}`
}

/** What draws on a see-through ground keeps it. */
const targetOf = (type: string | undefined): string => (type === 'image/jpeg' ? 'image/jpeg' : 'image/webp')

const asFile = (file: File): FileToSend => ({ data: file, name: file.name, type: file.type })

/** A picture that this browser can't draw anew: what the camera wrote would go with it, so nobody but its sender decides that. */
export class NotRedrawn extends Error {
  readonly file: string

  constructor(file: string) {
    super(`${file} can't be drawn anew.`)
    this.name = 'NotRedrawn'
    this.file = file
  }
}

/**
 * A picture as it is sent: shrunk, and drawn anew, which leaves behind what cameras write into their files. Moving ones (GIF) stay as they are.
 * What is no picture goes as a file.
 * @param thumbs how large its small picture may be, in base64
 * @throws NotRedrawn
 */
const asPhoto = async (file: File, thumbs: number): Promise<FileToSend> => {
  const likeness = ownLikenessOf(new Uint8Array(await file.slice(0, 512 * 1024).arrayBuffer()))
  if (likeness === null && !isImage(file)) return asFile(file)
  try {
    const size = await sizeOf(file)
    const thumb = await thumbOf(file, size, thumbs)
    const small = thumb === null ? {} : { thumb }
    if (likeness?.type === 'image/gif') return { ...asFile(file), picture: { ...size, ...small } }
    const target = fitted(size, MOST_SIDE)
    const canvas = await drawn(file, target)
    const data = await canvas.convertToBlob({ type: targetOf(likeness?.type), quality: QUALITY })
    return { data, name: renamed(file.name, data.type), type: data.type, picture: { ...target, ...small } }
  } catch {
    throw new NotRedrawn(file.name)
  }
}

/** @param untouched pictures go as they are @throws NotRedrawn */
export const prepare = async (files: readonly File[], untouched: boolean): Promise<readonly FileToSend[]> => {
  const thumbs = Math.min(MOST_THUMB, Math.floor(MOST_THUMBS / files.length))
  const ready: FileToSend[] = []
  for (const file of files) ready.push(untouched ? asFile(file) : await asPhoto(file, thumbs))
  return ready
}
