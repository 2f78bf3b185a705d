import { readTold, wordsOf } from './files.ts'
import type { FileInfo, Told } from './files.ts'
import { readLife, readSeconds } from './lifetime.ts'

/** What a counted message holds: words, an act about a message that is there already, or a setting of the conversation. */
export type Content = Words | Act | Setting

export interface Words {
  readonly type: 'text'
  readonly text: string
  readonly re?: Quote
  /** How long it stays, in seconds. Absent: for ever. */
  readonly life?: number
  /** What it carries. On its way `text` tells of that too, and `caption` is what its writer wrote. */
  readonly files?: readonly FileInfo[]
  readonly caption?: string
}

/** The message that is answered. `text`: what its reader may lack, cut short; nobody but who quotes vouches for it. */
export interface Quote extends MessageRef {
  readonly text: string
}

/** A message by its writer's name and its id. */
export interface MessageRef {
  readonly sender: string
  readonly id: string
}

/** Of one's own messages; the last one counts. */
export interface Edit {
  readonly type: 'edit'
  readonly id: string
  readonly text: string
}

/** Of one's own messages, for everybody and for good. */
export interface Delete {
  readonly type: 'delete'
  readonly id: string
}

/** One of each person for a message; the last one counts. Null: taken back. */
export interface Reaction extends MessageRef {
  readonly type: 'reaction'
  readonly emoji: string | null
}

/** How long messages stay that are written from now on, in seconds; 0: for ever. That in the latest place counts. */
export interface Setting {
  readonly type: 'lifetime'
  readonly seconds: number
}

export type Act = Edit | Delete | Reaction

type Fields = Readonly<Record<string, unknown>>

const TYPES: ReadonlySet<string> = new Set(['edit', 'delete', 'reaction'])
const ID = /^[0-9a-f-]{36}$/
const MOST_NAME = 32
/** So much of a message is quoted at most. */
const QUOTE_CHARACTERS = 200

export const isActType = (type: string | null | undefined): boolean => type !== null && TYPES.has(type ?? '')

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value)

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MOST_NAME

/** What somebody else wrote. @returns null when it is no act, or not of its form */
export function readAct(body: { readonly type: string } | null): Act | null {
  if (body === null) return null
  const { type, id, text, sender, emoji }: Fields = { ...body }
  if (!isId(id)) return null
  if (type === 'delete') return { type, id }
  if (type === 'edit') return typeof text === 'string' ? { type, id, text } : null
  if (type !== 'reaction' || !isName(sender)) return null
  return emoji === null || isEmoji(emoji) ? { type, sender, id, emoji } : null
}

/** @returns null when there is none, or it is not of its form: the words stand without it then */
export function readQuote(value: unknown): Quote | null {
  if (typeof value !== 'object' || value === null) return null
  const { sender, id, text }: Fields = { ...value }
  return isName(sender) && isId(id) && typeof text === 'string' ? { sender, id, text: cutQuote(text) } : null
}

/** Words, an act or a setting; null: none of them. */
export function readContent(value: unknown): Content | null {
  if (typeof value !== 'object' || value === null) return null
  const fields: Fields = { ...value }
  const { type, re, life: seconds } = fields
  if (typeof type !== 'string') return null
  if (type !== 'text') return readAct({ ...value, type }) ?? readSetting({ ...value, type })
  const told = readTold(fields)
  if (told === null) return null
  const [quote, life] = [readQuote(re), readLife(seconds)]
  return { type, ...told, ...(quote === null ? {} : { re: quote }), ...(life === undefined ? {} : { life }) }
}

/** @returns null when it is none, or not of its form */
export function readSetting(body: { readonly type: string } | null): Setting | null {
  const { type, seconds: value }: Fields = { ...body }
  const seconds = readSeconds(value)
  return type !== 'lifetime' || seconds === undefined ? null : { type, seconds }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The beginning of a text, without cutting a character in half. */
export function cutText(text: string, most: number): string {
  if (text.length <= most) return text
  // What is a character is decided by what follows, but not by all that follows.
  return text.slice(0, graphemes.segment(text.slice(0, most + 64)).containing(most)?.index ?? most)
}

export const cutQuote = (text: string): string => cutText(text, QUOTE_CHARACTERS)

/** What an answer carries of a message. Of one that disappears no words, which would outlive it. Undefined: it is not here. */
export const quotable = (line: (Told & { readonly life?: number }) | null): string | undefined =>
  line === null ? undefined : line.life === undefined ? cutQuote(wordsOf(line)) : ''

/** Of what a picture letter is made. Not the list of those that there are today: a newer device may have newer ones. */
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20E3/u
const PARTS = /^[\p{Extended_Pictographic}\p{Emoji}\p{Emoji_Component}]+$/u
const MOST_UNITS = 40

/** Whether it is one emoji and nothing else. */
export const isEmoji = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= MOST_UNITS &&
  PICTURE.test(value) &&
  PARTS.test(value) &&
  [...graphemes.segment(value)].length === 1

/** Which message an act is about. @param writer of the act, in lower case */
export const targetOf = (act: Act, writer: string): MessageRef =>
  act.type === 'reaction' ? { sender: act.sender.toLowerCase(), id: act.id } : { sender: writer, id: act.id }

/** An act as it is kept once it is carried out: what an edit said stands in its message, and is gone when that is deleted. */
export const withoutWords = (act: Act): Act => (act.type === 'edit' ? { ...act, text: '' } : act)
