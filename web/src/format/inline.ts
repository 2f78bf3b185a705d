import { splitLinks } from './links.ts'
import type { Piece } from './links.ts'

/** A piece of a line: text, a link, code, or something emphasised. */
export type Inline =
  | Piece
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'em'; readonly children: readonly Inline[] }

/** One to three asterisks in a row, and whether they stand where emphasis may begin or end. */
interface Stars {
  readonly kind: 'stars'
  readonly text: string
  readonly opens: boolean
  readonly closes: boolean
}

type Token = Exclude<Inline, { readonly kind: 'strong' | 'em' }> | Stars

/** Emphasis stands at the edges of words: a*b, 2 * 3, *.ts and /* are no emphasis. */
const BEFORE_OPENING = /^[\s([{"'“‘«¿¡–—]?$/u
const AFTER_OPENING = /^[\p{L}\p{N}\p{Extended_Pictographic}"'“‘«([`¿¡$€£]/u
const AFTER_CLOSING = /^[\s)\]}"'”’».,;:!?…–—-]?$/u

const RUNS = /`+/gu

/** Where code begins and ends: a row of backticks, and the next row of the same length. */
const codeSpans = (line: string): readonly { readonly from: number; readonly to: number; readonly ticks: number }[] => {
  const runs = [...line.matchAll(RUNS)].map(({ index, 0: { length } }) => ({ index, length }))
  const next = new Map<number, number>()
  const partner = runs.map(() => -1)
  for (let at = runs.length - 1; at >= 0; at--) {
    const { length = 0 } = runs[at] ?? {}
    partner[at] = next.get(length) ?? -1
    next.set(length, at)
  }
  const spans = []
  for (let at = 0; at < runs.length; at++) {
    const [open, close] = [runs[at], runs[partner[at] ?? -1]]
    if (open === undefined || close === undefined) continue
    const inner = line.slice(open.index + open.length, close.index)
    if (inner.trim() === '') continue
    spans.push({ from: open.index, to: close.index + close.length, ticks: open.length })
    at = partner[at] ?? at
  }
  return spans
}

const starTokens = (text: string, line: string, offset: number): readonly Token[] => {
  const tokens: Token[] = []
  let done = 0
  for (const { index, 0: stars } of text.matchAll(/\*+/gu)) {
    if (stars.length > 3) continue
    const at = offset + index
    const after = line.slice(at + stars.length, at + stars.length + 2)
    const before = line.slice(Math.max(0, at - 1), at)
    const opens = BEFORE_OPENING.test(before) && AFTER_OPENING.test(after)
    const closes = /\S/u.test(before) && AFTER_CLOSING.test(after.slice(0, 1))
    if (!opens && !closes) continue
    if (index > done) tokens.push({ kind: 'text', text: text.slice(done, index) })
    tokens.push({ kind: 'stars', text: stars, opens, closes })
    done = index + stars.length
  }
  if (done < text.length) tokens.push({ kind: 'text', text: text.slice(done) })
  return tokens
}

const tokenise = (line: string): readonly Token[] => {
  const tokens: Token[] = []
  let done = 0
  const plain = (to: number) => {
    for (const piece of splitLinks(line.slice(done, to))) {
      if (piece.kind === 'link') tokens.push(piece)
      else tokens.push(...starTokens(piece.text, line, done))
      done += piece.text.length
    }
  }
  for (const { from, to, ticks } of codeSpans(line)) {
    plain(from)
    tokens.push({ kind: 'code', text: line.slice(from + ticks, to - ticks) })
    done = to
  }
  plain(line.length)
  return tokens
}

/**
 * Which stars belong together. Of each length one at most is open at a time, so that nothing nests deeper than three, whatever
 * somebody writes; each token is looked at a fixed number of times.
 */
const pairStars = (tokens: readonly Token[]): ReadonlyMap<number, number> => {
  const pairs = new Map<number, number>()
  let open: readonly { readonly at: number; readonly length: number }[] = []
  tokens.forEach((token, at) => {
    if (token.kind !== 'stars') return
    const { length } = token.text
    const opener = open.findIndex((one) => one.length === length)
    const begin = open[opener]
    if (token.closes && begin !== undefined && begin.at < at - 1) {
      pairs.set(begin.at, at)
      open = open.slice(0, opener)
    } else if (token.opens) open = [...open.filter((one) => one.length !== length), { at, length }]
  })
  return pairs
}

const emphasise = (stars: number, children: readonly Inline[]): Inline => {
  if (stars === 1) return { kind: 'em', children }
  return { kind: 'strong', children: stars === 2 ? children : [{ kind: 'em', children }] }
}

const build = (tokens: readonly Token[], pairs: ReadonlyMap<number, number>, from: number, to: number) => {
  const pieces: Inline[] = []
  const addText = (text: string) => {
    const last = pieces.at(-1)
    if (last?.kind === 'text') pieces[pieces.length - 1] = { kind: 'text', text: last.text + text }
    else pieces.push({ kind: 'text', text })
  }
  for (let at = from; at < to; at++) {
    const token = tokens[at]
    if (token === undefined) break
    const close = pairs.get(at)
    if (token.kind === 'stars' && close !== undefined) {
      pieces.push(emphasise(token.text.length, build(tokens, pairs, at + 1, close)))
      at = close
    } else if (token.kind === 'stars' || token.kind === 'text') addText(token.text)
    else pieces.push(token)
  }
  return pieces
}

/** The pieces of one line: **bold**, *italic*, ***both***, `code` and links. Marks without a partner stay as they were typed. */
export const parseLine = (line: string): readonly Inline[] => {
  const tokens = tokenise(line)
  return build(tokens, pairStars(tokens), 0, tokens.length)
}
