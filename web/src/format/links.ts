/** A piece of a message: plain text, or a link that may be followed. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }

const CANDIDATE = /\b(?:https?:\/\/|mailto:)[^\s<>"'`\p{Cc}\u200b-\u200f\u202a-\u202e\u2060-\u2069]+/giu
const TRAILING = new Set('.,;:!?…*')
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[' }
/** Nobody follows more of one message; what comes after stays text. */
const MOST_LINKS = 300
const SCHEMES = new Set(['http:', 'https:', 'mailto:'])

const count = (text: string, letter: string): number => text.split(letter).length - 1

/**
 * Sentences end in punctuation and brackets that do not belong to the address. One walk from the end: a message may be nothing but
 * brackets.
 */
const trimEnd = (candidate: string): string => {
  const surplus = new Map(
    Object.entries(BRACKETS).map(([close, open]) => [close, count(candidate, close) - count(candidate, open)]),
  )
  let end = candidate.length
  for (; end > 0; end--) {
    const letter = candidate[end - 1] ?? ''
    const left = surplus.get(letter)
    if (left !== undefined && left > 0) surplus.set(letter, left - 1)
    else if (!TRAILING.has(letter)) break
  }
  return candidate.slice(0, end)
}

/**
 * The address to follow, or null when it is not one. Names and passwords inside an address (`https://bank@evil.example`)
 * only serve to deceive, so such text stays text.
 */
const safeAddress = (text: string): string | null => {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  if (!SCHEMES.has(url.protocol) || url.username !== '' || url.password !== '') return null
  if (url.protocol !== 'mailto:' && url.hostname === '') return null
  return url.href
}

/** Splits a message into text and links (http, https, mailto). Joined together, the pieces are the text again. */
export const splitLinks = (text: string): readonly Piece[] => {
  const pieces: Piece[] = []
  let done = 0
  let links = 0
  for (const match of text.matchAll(CANDIDATE)) {
    if (links === MOST_LINKS) break
    const address = trimEnd(match[0])
    const href = safeAddress(address)
    if (href === null) continue
    if (match.index > done) pieces.push({ kind: 'text', text: text.slice(done, match.index) })
    pieces.push({ kind: 'link', text: address, href })
    done = match.index + address.length
    links += 1
  }
  if (done < text.length) pieces.push({ kind: 'text', text: text.slice(done) })
  return pieces
}
