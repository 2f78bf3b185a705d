import type { GroupPicture } from '../messenger.ts'

type PictureType = GroupPicture['type']

const startsWith = (bytes: Uint8Array, ...wanted: readonly number[]): boolean =>
  wanted.every((byte, at) => bytes[at] === byte)

/** By its first bytes, since nobody's word counts. @returns null when it is none of the three kinds */
export function pictureTypeOf(bytes: Uint8Array): PictureType | null {
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png'
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg'
  const isRiff = startsWith(bytes, 0x52, 0x49, 0x46, 0x46)
  return isRiff && startsWith(bytes.subarray(8), 0x57, 0x45, 0x42, 0x50) ? 'image/webp' : null
}
