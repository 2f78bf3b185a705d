import { parseLine } from './inline.ts'
import type { Inline } from './inline.ts'
import { splitLinks } from './links.ts'

interface Item {
  /** The number as it was typed, or null. */
  readonly value: number | null
  readonly content: readonly Inline[]
}

/** A part of a message. */
export type Block =
  | { readonly kind: 'lines' | 'quote'; readonly content: readonly Inline[] }
  | { readonly kind: 'code'; /** As it was named, or ''. */ readonly language: string; readonly text: string }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly Item[] }

/** A message with more marks than people write is somebody's trick or a program's output: it stays as it was typed. */
const MOST_MARKS = 500

/** A word behind it names the language; anything longer is somebody's text. */
const FENCE = /^```([\w+#-]{0,20})\s*$/u
const FENCE_END = /^```\s*$/u
const BULLET = /^[-*•] +(\S.*)$/u
const NUMBER = /^(\d{1,3})[.)] +(\S.*)$/u
const QUOTE = /^> (.*)$/u

const countMarks = (text: string): number => text.match(/\*+|`+|^[>\-*•\d]/gmu)?.length ?? 0

const contentOf = (lines: readonly string[]): readonly Inline[] =>
  lines.flatMap((line, at): readonly Inline[] => [
    ...(at > 0 ? [{ kind: 'text', text: '\n' } as const] : []),
    ...parseLine(line),
  ])

/** How many lines from `at` on match. */
const runLength = (lines: readonly string[], at: number, pattern: RegExp): number => {
  let end = at
  while (pattern.test(lines[end] ?? '')) end += 1
  return end - at
}

interface Found {
  readonly block: Block
  readonly lines: number
}

const findCode = (lines: readonly string[], at: number, fenceAfter: number): Found | null => {
  const language = FENCE.exec(lines[at] ?? '')?.[1]
  if (language === undefined || fenceAfter < 0) return null
  const text = lines.slice(at + 1, fenceAfter).join('\n')
  return { block: { kind: 'code', language, text }, lines: fenceAfter - at + 1 }
}

/** One line alone that begins with a dash or a number is a sentence. */
const findList = (lines: readonly string[], at: number): Found | null => {
  const ordered = NUMBER.test(lines[at] ?? '')
  const pattern = ordered ? NUMBER : BULLET
  const many = runLength(lines, at, pattern)
  if (many < 2) return null
  const items = lines.slice(at, at + many).map((line): Item => {
    const [, one = '', two = ''] = pattern.exec(line) ?? []
    return ordered ? { value: Number(one), content: parseLine(two) } : { value: null, content: parseLine(one) }
  })
  return { block: { kind: 'list', ordered, items }, lines: many }
}

/** "> 5" alone says that something is more than five. */
const findQuote = (lines: readonly string[], at: number): Found | null => {
  const many = runLength(lines, at, QUOTE)
  if (many === 0 || (many === 1 && /^> *\d/u.test(lines[at] ?? ''))) return null
  const content = contentOf(lines.slice(at, at + many).map((line) => line.slice(2)))
  return { block: { kind: 'quote', content }, lines: many }
}

/** For each line, where the next one that ends code is; −1: nowhere. */
const nextFences = (lines: readonly string[]): readonly number[] => {
  const next = lines.map(() => -1)
  for (let at = lines.length - 2; at >= 0; at--)
    next[at] = FENCE_END.test(lines[at + 1] ?? '') ? at + 1 : (next[at + 1] ?? -1)
  return next
}

/**
 * Reads the light formatting of a message: **bold**, *italic*, `code`, code between lines of ```, lists and quotes. What is not quite
 * that stays as it was typed. Takes time in proportion to the text, whatever it is.
 */
export const parseText = (text: string): readonly Block[] => {
  const marks = countMarks(text)
  if (marks === 0 || marks > MOST_MARKS) return [{ kind: 'lines', content: splitLinks(text) }]
  const lines = text.split('\n')
  const fences = nextFences(lines)
  const blocks: Block[] = []
  let plain: string[] = []
  const flush = () => {
    if (plain.length > 0) blocks.push({ kind: 'lines', content: contentOf(plain) })
    plain = []
  }
  for (let at = 0; at < lines.length;) {
    const found = findCode(lines, at, fences[at] ?? -1) ?? findList(lines, at) ?? findQuote(lines, at)
    if (found === null) plain.push(lines[at] ?? '')
    else {
      flush()
      blocks.push(found.block)
    }
    at += found?.lines ?? 1
  }
  flush()
  return blocks
}

const inlineText = (content: readonly Inline[]): string =>
  content.map((piece) => ('children' in piece ? inlineText(piece.children) : piece.text)).join('')

const blockText = (block: Block): string => {
  if (block.kind === 'code') return `${block.language} ${block.text}`.trim()
  if (block.kind !== 'list') return inlineText(block.content)
  return block.items
    .map(({ value, content }) => `${value === null ? '•' : `${value}.`} ${inlineText(content)}`)
    .join('\n')
}

/** The words of a message without the marks, for where nothing can be emphasised: the list of chats, what is read out. */
export const plainText = (text: string): string => parseText(text).map(blockText).join('\n')
