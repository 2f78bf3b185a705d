import { describe, expect, test } from 'vitest'
import { fold, holdsAll, wordsOf } from './fold.ts'
import { excerpt } from './marks.ts'

const finds = (query: string, text: string): boolean => holdsAll(fold(text), wordsOf(query))

describe('what finds what', () => {
  test.each([
    ['citta', 'La Città è bella'],
    ['CITTÀ', 'la citta'],
    ['strasse', 'Die Straße'],
    ['straße', 'die strasse'],
    ['oresund', 'Øresund'],
    ['λόγος', 'Ο ΛΟΓΟΣ'],
    ['bell cit', 'La Città è bella'],
    ['itt', 'La Città'],
    ['la', 'ciao Laura'],
    ['7', 'at 7 o’clock'],
    ['café', 'Cafe\u0301'],
    ['京都', '東京都'],
    ['都', '東京都'],
    ['ﬁne', 'fine'],
    ['🐈', 'a cat 🐈'],
  ])('%s finds %s', (query, text) => {
    expect(finds(query, text)).toBe(true)
  })

  test.each([
    ['la', 'alaska'],
    ['e', 'bella'],
    ['bella brutta', 'La Città è bella'],
    ['7', '17'],
  ])('%s does not find %s', (query, text) => {
    expect(finds(query, text)).toBe(false)
  })

  test('nothing but spaces is no word', () => {
    expect(wordsOf('  \n')).toEqual([])
  })
})

describe('the excerpt', () => {
  const marked = (text: string, query: string): string =>
    excerpt(text, query)
      .map((part) => (part.isHit ? `[${part.text}]` : part.text))
      .join('')

  test('marks every hit as it is written', () => {
    expect(marked('La Città e le città', 'citta')).toBe('La [Città] e le [città]')
    expect(marked('Die Straße, lang', 'strass')).toBe('Die [Straß]e, lang')
    expect(marked('Cafe\u0301 au lait', 'cafe')).toBe('[Cafe\u0301] au lait')
    expect(marked('one two', 'two one')).toBe('[one] [two]')
  })

  test('words within words are marked once', () => {
    expect(marked('banana', 'ana nan')).toBe('b[ana]na')
  })

  test('leaves out what stands far before the first hit', () => {
    const text = `${'word '.repeat(30)}needle and more`
    expect(marked(text, 'needle')).toMatch(/^…(word ){7,8}\[needle\] and more$/u)
  })

  test('holds the whole text, whatever is in it', () => {
    for (const text of ['', '\u0301', '😀\u200d', 'ﬀﬁ', '\ud800'])
      expect(
        excerpt(text, 'f')
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
  })
})
