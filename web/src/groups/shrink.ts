import { ChatnipError } from '@chatnip/protocol'

const SIDE = 96
/** What a group's picture may weigh (`Messenger.setGroupPicture`). */
const MOST_BYTES = 12 * 1024
const QUALITIES = [0.8, 0.6, 0.4, 0.2]

const encode = (canvas: OffscreenCanvas, quality: number): Promise<Blob> =>
  canvas.convertToBlob({ type: 'image/jpeg', quality })

/**
 * The middle of a picture as a small JPEG. Drawing it anew leaves behind what cameras write into their files.
 * @throws ChatnipError image_invalid when it is none that this browser reads
 */
export const shrink = async (file: Blob): Promise<Uint8Array> => {
  const picture = await createImageBitmap(file).catch((error: unknown) => {
    throw new ChatnipError('image_invalid', { cause: error })
  })
  const side = Math.min(picture.width, picture.height)
  const canvas = new OffscreenCanvas(SIDE, SIDE)
  const context = canvas.getContext('2d')
  context?.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, SIDE, SIDE)
  picture.close()
  for (const quality of QUALITIES) {
    const made = await encode(canvas, quality)
    if (made.size <= MOST_BYTES) return new Uint8Array(await made.arrayBuffer())
  }
  throw new ChatnipError('too_large')
}
