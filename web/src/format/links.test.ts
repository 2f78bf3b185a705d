import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitLinks } from './links.ts'

const links = (text: string) =>
  splitLinks(text).flatMap((piece) => (piece.kind === 'link' ? [[piece.text, piece.href]] : []))

describe('links in messages', () => {
  test('an address in a sentence leaves the full stop out', () => {
    expect(splitLinks('See https://example.org/a?b=1.')).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
      { kind: 'text', text: '.' },
    ])
  })

  test('brackets around an address do not belong to it, brackets inside do', () => {
    expect(links('(https://example.org/a)')).toEqual([['https://example.org/a', 'https://example.org/a']])
    expect(links('https://example.org/Cat_(animal)')).toEqual([
      ['https://example.org/Cat_(animal)', 'https://example.org/Cat_(animal)'],
    ])
  })

  test('mail addresses with mailto: are links', () => {
    expect(links('mailto:bob@example.org')).toEqual([['mailto:bob@example.org', 'mailto:bob@example.org']])
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,<b>x</b>',
    'ftp://example.org',
    'https://bank.example@evil.example/',
    'https://',
    'xhttps://example.org',
  ])('%s stays text', (text) => {
    expect(links(text)).toEqual([])
  })

  test('an address ends where the writing direction is turned', () => {
    expect(links('https://example.org/\u202Egpj.exe')).toEqual([['https://example.org/', 'https://example.org/']])
  })

  test('the pieces are the text again, and every link is http, https or mailto', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.webUrl())), (parts) => {
        const text = parts.join(' ')
        const pieces = splitLinks(text)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
        const addresses = pieces.flatMap((piece) => (piece.kind === 'link' ? [piece.href] : []))
        expect(addresses.filter((address) => !/^(https?|mailto):/.test(address))).toEqual([])
      }),
    )
  })
})
