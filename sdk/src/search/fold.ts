/** Letters that Unicode does not take apart into a base letter and a mark, and that people type as what stands beside them. */
const REST: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
}

/** As it is searched: small letters without marks, so that "citta" finds "Città" and "strasse" finds "Straße". */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[ßæœøłđðþıς]/gu, (letter) => REST[letter] ?? letter)

/** Scripts whose words stand apart from each other. In others every place may begin a word. */
const APART =
  /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}\p{Script=Hebrew}\p{Script=Arabic}\p{N}]+$/u
const INSIDE = /[\p{L}\p{N}]$/u

/** Shorter ones are looked for at the beginnings of words only: inside of words they are everywhere. */
const INSIDE_WORDS_FROM = 3

/** What is searched for, taken apart into words. */
export const wordsOf = (query: string): readonly string[] =>
  fold(query)
    .split(/\s+/u)
    .filter((word) => word !== '')

/** @returns where in the folded text the folded word stands, from `from` on; -1: nowhere */
export function placeOfWord(folded: string, word: string, from = 0): number {
  let at = folded.indexOf(word, from)
  if (word.length >= INSIDE_WORDS_FROM || !APART.test(word)) return at
  while (at > 0 && INSIDE.test(folded.slice(Math.max(0, at - 2), at))) at = folded.indexOf(word, at + 1)
  return at
}

/** Whether the folded text holds all of the words, in whatever order. */
export const holdsAll = (folded: string, words: readonly string[]): boolean =>
  words.every((word) => placeOfWord(folded, word) >= 0)
