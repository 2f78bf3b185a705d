import { filesTexts } from '../texts/files.ts'
import { sizeWords } from './size.ts'

export const MOST_FILES = 10
const MOST_BYTES = 100 * 1024 * 1024

/** Not every system tells its browsers what these are. */
const CAMERA_ENDINGS = /\.(?:heic|heif|hif|avif|tiff?|dng|jxl|jpe?g|png|webp|gif)$/iu

/** Whether it is a picture that a camera may have written into; a drawing of lines (SVG) is none. */
export const isImage = ({ type, name }: File): boolean =>
  (type.startsWith('image/') && type !== 'image/svg+xml') || CAMERA_ENDINGS.test(name)

/** Why these can't go together, said before anything is done with them; null: they can. */
export const refusalOf = (files: readonly File[]): ((locale: string) => string) | null => {
  const large = files.find(({ size }) => size > MOST_BYTES)
  if (large !== undefined) return (locale) => filesTexts().tooLarge(large.name, sizeWords(locale, MOST_BYTES))
  return files.length > MOST_FILES ? () => filesTexts().tooMany(MOST_FILES) : null
}
