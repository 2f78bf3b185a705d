import { fold, placeOfWord, wordsOf } from './fold.ts'

/** A part of a text, and whether it is what was searched for. */
export interface TextPart {
  readonly text: string
  readonly isHit: boolean
}

/** More before the first hit is left out, from the beginning of a word. */
const LEAD = 40

/** The folded text, and for each of its UTF-16 units where the original letter begins and ends. */
function foldWithPlaces(text: string) {
  const begins: number[] = []
  const ends: number[] = []
  let folded = ''
  let at = 0
  for (const letter of text) {
    const piece = fold(letter)
    folded += piece
    for (let unit = 0; unit < piece.length; unit++) {
      begins.push(at)
      ends.push(at + letter.length)
    }
    at += letter.length
    // A mark belongs to the letter before it.
    if (piece === '' && ends.length > 0) ends[ends.length - 1] = at
  }
  return { folded, begins, ends }
}

/** Every stretch of the text that is one of the words, in order and without overlaps. */
function hitsIn(text: string, words: readonly string[]): readonly (readonly [number, number])[] {
  const { folded, begins, ends } = foldWithPlaces(text)
  const all: (readonly [number, number])[] = []
  for (const word of words) {
    for (let at = placeOfWord(folded, word); at >= 0; at = placeOfWord(folded, word, at + word.length))
      all.push([begins[at] ?? 0, ends[at + word.length - 1] ?? text.length])
  }
  let end = 0
  return all
    .toSorted(([a], [b]) => a - b)
    .filter(([from, to]) => {
      const isFree = from >= end
      if (isFree) end = to
      return isFree
    })
}

/**
 * The text as a line of a list of hits: from a little before the first hit on.
 * @param query what the person typed
 */
export function excerpt(text: string, query: string): readonly TextPart[] {
  const hits = hitsIn(text, wordsOf(query))
  const begin = beginBefore(text, hits[0]?.[0] ?? 0)
  const parts: TextPart[] = begin > 0 ? [{ text: '…', isHit: false }] : []
  let at = begin
  for (const [from, to] of hits) {
    parts.push({ text: text.slice(at, from), isHit: false }, { text: text.slice(from, to), isHit: true })
    at = to
  }
  return [...parts, { text: text.slice(at), isHit: false }].filter((part) => part.text !== '')
}

function beginBefore(text: string, hit: number): number {
  if (hit <= LEAD) return 0
  const space = text.slice(hit - LEAD, hit).search(/\s/u)
  return space === -1 ? hit : hit - LEAD + space + 1
}
