import { safeName, safeType } from './file-names.ts'

/** A file that a message carries: where it lies on the server, what opens it, and what can be told of it before it is fetched. */
export interface FileInfo {
  /** Its id on the server, and the right to fetch it. */
  readonly blob: string
  /** The 32 bytes that open it. */
  readonly key: string
  /** SHA-256 of the SHA-256 of each of its sealed parts: everybody who gets the message gets the same file. */
  readonly hash: string
  /** In bytes, open. */
  readonly size: number
  readonly name: string
  readonly type: string
  /** In pixels; `thumb`: a small picture, in base64. */
  readonly picture?: { readonly width: number; readonly height: number; readonly thumb?: string }
  /** `wave`: how loud it is, from beginning to end, one hexadecimal digit each. */
  readonly voice?: { readonly ms: number; readonly wave: string }
}

/** What a message says, and what it carries. */
export interface Told {
  readonly text: string
  readonly files?: readonly FileInfo[]
}

export const MOST_FILES = 10
export const MOST_FILE_BYTES = 100 * 1024 * 1024
/** In base64; what is larger is no small picture. */
export const MOST_THUMB = 6_000
const MOST_WAVE = 64
const MOST_SIDE = 65_535
const MOST_MS = 24 * 3_600_000

type Fields = Readonly<Record<string, unknown>>

const SECRET = /^[\w-]{43}$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const WAVE = /^[0-9a-f]*$/

const isSecret = (value: unknown): value is string => typeof value === 'string' && SECRET.test(value)

const isWhole = (value: unknown, from: number, to: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null

/** What somebody else wrote. What is not of the form is left out, and so is what is beyond the tenth. */
export function readFiles(value: unknown): readonly FileInfo[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, MOST_FILES).flatMap((one: unknown) => readFile(one) ?? [])
}

function readFile(value: unknown): FileInfo | null {
  if (!isRecord(value)) return null
  const { blob, key, hash, size, name, type } = value
  if (!isSecret(blob) || !isSecret(key) || !isSecret(hash) || !isWhole(size, 0, MOST_FILE_BYTES)) return null
  const facts = { blob, key, hash, size, name: safeName(name), type: safeType(type) }
  return { ...facts, ...readPicture(value['picture']), ...readVoice(value['voice']) }
}

function readPicture(value: unknown): Pick<FileInfo, 'picture'> {
  if (!isRecord(value)) return {}
  const { width, height, thumb } = value
  if (!isWhole(width, 1, MOST_SIDE) || !isWhole(height, 1, MOST_SIDE)) return {}
  const isThumb = typeof thumb === 'string' && thumb.length <= MOST_THUMB && BASE64.test(thumb)
  return { picture: { width, height, ...(isThumb ? { thumb } : {}) } }
}

function readVoice(value: unknown): Pick<FileInfo, 'voice'> {
  if (!isRecord(value)) return {}
  const { ms, wave } = value
  if (!isWhole(ms, 0, MOST_MS)) return {}
  const isWave = typeof wave === 'string' && wave.length <= MOST_WAVE && WAVE.test(wave)
  return { voice: { ms, wave: isWave ? wave : '' } }
}

/** `text` is for whoever knows nothing of files; `caption` is what its writer wrote. */
export function readTold({ text, caption, files }: Fields): Told | null {
  if (typeof text !== 'string') return null
  const carried = readFiles(files)
  if (carried.length === 0) return { text }
  return { text: typeof caption === 'string' ? caption : text, files: carried }
}

/** As it travels. A program that knows no files shows the words, and a sentence for each file. */
export function toldOf({ text, files }: Told): Told & { readonly caption?: string } {
  if (files === undefined) return { text }
  const sentences = files.map(({ name }) => `[A file: ${name}. It can be opened in Chatnip.]`)
  return { text: [...(text === '' ? [] : [text]), ...sentences].join('\n'), caption: text, files }
}

/** The words of a message; of one that has none, what it carries. */
export const wordsOf = ({ text, files = [] }: Told): string =>
  text === '' ? files.map(({ name }) => name).join(', ') : text

/** For a row that is read often: without what only the message itself shows. */
export const withoutThumbs = (files: readonly FileInfo[]): readonly FileInfo[] =>
  files.map(({ picture, voice, ...rest }) => ({
    ...rest,
    ...(picture === undefined ? {} : { picture: { width: picture.width, height: picture.height } }),
    ...(voice === undefined ? {} : { voice: { ms: voice.ms, wave: '' } }),
  }))
