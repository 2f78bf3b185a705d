import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Inline } from './inline.ts'
import { parseText, plainText } from './rich.ts'
import type { Block } from './rich.ts'

/** Writes what was read with other marks, so that it can be seen. */
const inline = (content: readonly Inline[]): string =>
  content
    .map((piece) => {
      if (piece.kind === 'strong') return `<b>${inline(piece.children)}</b>`
      if (piece.kind === 'em') return `<i>${inline(piece.children)}</i>`
      return piece.kind === 'text' ? piece.text : `<${piece.kind} ${piece.text}>`
    })
    .join('')

const shape = (text: string): readonly string[] =>
  parseText(text).map((block: Block) => {
    if (block.kind === 'code') return `pre: ${block.text}`
    if (block.kind === 'list')
      return `list: ${block.items.map(({ value, content }) => `${value ?? '•'} ${inline(content)}`).join(' | ')}`
    return `${block.kind === 'quote' ? 'quote: ' : ''}${inline(block.content)}`
  })

describe('light formatting', () => {
  test.each([
    ['**bold** and *italic*', '<b>bold</b> and <i>italic</i>'],
    ['***both***, really', '<b><i>both</i></b>, really'],
    ['**bold with *italic* inside**', '<b>bold with <i>italic</i> inside</b>'],
    ['("*quoted*")', '("<i>quoted</i>")'],
    ['**È vero!** *perché*', '<b>È vero!</b> <i>perché</i>'],
    ['**😀**', '<b>😀</b>'],
    ['`x * y` and ``a`b``', '<code x * y> and <code a`b>'],
    ['**`npm test`**', '<b><code npm test></b>'],
    ['`**not bold**`', '<code **not bold**>'],
    ['**https://example.org/a**', '<b><link https://example.org/a></b>'],
    ['one\n**two**\nthree', 'one\n<b>two</b>\nthree'],
  ])('%s', (text, expected) => {
    expect(shape(text)).toEqual([expected])
  })

  test.each([
    'snake_case_name and __init__ and _this_',
    '2*3*4 = 24, 2 * 3 * 4, 2**8',
    '(a*b)*c',
    '*.ts,*.js and src/*.ts or test/*.ts',
    '**unfinished',
    'un*finished*business',
    '* alone',
    '**\n**',
    '****four****',
    '*one\ntwo*',
    '` ` and ``',
    '`unfinished',
    '- one line with a dash',
    '1. Dezember',
    '> 5 people',
    '>:(',
    '->',
    '```\nnever ended',
    'https://example.org/a*b*c_d_e',
  ])('%s stays as it was typed', (text) => {
    const [block, ...more] = parseText(text)
    expect(more).toEqual([])
    expect(block).toMatchObject({ kind: 'lines' })
    expect(shape(text)[0]?.replace(/<link (\S+)>/gu, '$1')).toBe(text)
  })

  test('lists, quotes and code are parts of their own', () => {
    expect(shape('Buy:\n- milk\n- **two** eggs\nThanks')).toEqual([
      'Buy:',
      'list: • milk | • <b>two</b> eggs',
      'Thanks',
    ])
    expect(shape('3. three\n5) five')).toEqual(['list: 3 three | 5 five'])
    expect(shape('> so he said\n> *really*\nNo.')).toEqual(['quote: so he said\n<i>really</i>', 'No.'])
    expect(shape('See\n```js\nlet a = "**"\n\n- b\n```\nthere')).toEqual(['See', 'pre: let a = "**"\n\n- b', 'there'])
  })

  test('where nothing can be emphasised the marks are taken off', () => {
    expect(plainText('**Hello**, *you* `there`: 2*3*4')).toBe('Hello, you there: 2*3*4')
    expect(plainText('- a\n- b\n> c d\n> e')).toBe('• a\n• b\nc d\ne')
  })

  test('no letter is lost or made up, whatever is written', () => {
    const part = fc.constantFrom(
      '*',
      '**',
      '***',
      '`',
      '```',
      '\n',
      '- ',
      '1. ',
      '> ',
      ' ',
      'a',
      'word',
      'é',
      '😀',
      '(',
      ')',
      '.',
      'https://a.b/',
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        const text = parts.join('')
        const letters = (from: string) => from.replaceAll(/[^a-zé]/gu, '')
        expect(letters(plainText(text))).toBe(letters(text))
      }),
      { numRuns: 3_000 },
    )
  })
})

describe('hostile texts of 35 kB', () => {
  const BYTES = 35_000
  const HOSTILE = [
    '*',
    '**',
    '*a ',
    '**a *b ',
    '*a* ',
    '`',
    '`a',
    '``a` ',
    '> ',
    '> a\n',
    '- a\n',
    '1. a\n',
    '```\n',
    '```a\n',
    '[',
    '(',
    ')',
    'https://a)',
    'http://a.b ',
    'https://.!',
    'mailto:a ',
    '*(',
    '_*',
    'a*',
    ' *a',
    '***a** b*',
    '\n',
    ' ',
  ]
  const tricks = [
    ...HOSTILE.map((part) => part.repeat(Math.ceil(BYTES / part.length))),
    `https://${')'.repeat(BYTES)}`,
    `https://${'('.repeat(BYTES / 2)}${')'.repeat(BYTES / 2)}.`,
    `https://a${'.'.repeat(BYTES)}b`,
    `${'*a **b '.repeat(2_500)}${'b** a* '.repeat(2_500)}`,
    `- ${' '.repeat(BYTES)}`,
    Array.from({ length: 260 }, (_, at) => '`'.repeat(at + 1)).join(' '),
  ]

  test.each(tricks.map((text) => [text.slice(0, 24), text]))('%j is read at once', (_, text) => {
    const times = Array.from({ length: 5 }, () => {
      const begin = performance.now()
      parseText(text)
      return performance.now() - begin
    })
    expect(Math.min(...times)).toBeLessThan(50)
  })
})
