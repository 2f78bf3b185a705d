import { MAX_TEXT_BYTES } from '@chatnip/crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readContent } from './content.ts'
import { safeName, safeType } from './file-names.ts'
import {
  MOST_FILE_BYTES,
  MOST_FILES,
  MOST_THUMB,
  readFiles,
  readTold,
  toldOf,
  withoutThumbs,
  wordsOf,
} from './files.ts'
import type { FileInfo } from './files.ts'

const SECRET = 'A'.repeat(43)

const info = (more: Partial<FileInfo> = {}): FileInfo => ({
  blob: SECRET,
  key: SECRET,
  hash: SECRET,
  size: 5,
  name: 'cat.jpg',
  type: 'image/jpeg',
  ...more,
})

describe('names of files', () => {
  test.for([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\system32\\cmd.exe', 'cmd.exe'],
    ['..', 'file'],
    ['.bashrc', 'bashrc'],
    ['   ', 'file'],
    ['', 'file'],
    ['a\u202Egpj.exe', 'agpj.exe'],
    ['a\u2066b\u2069\u200Bc\u0000\n.txt', 'abc.txt'],
    ['what? <really>:*|".txt', 'what_ _really_____.txt'],
    ['con', 'con_'],
    ['LPT1.txt', 'LPT1_.txt'],
    ['console.log', 'console.log'],
    ['report. . .', 'report'],
    ['Übung 3, 猫.pdf', 'Übung 3, 猫.pdf'],
    [`${'x'.repeat(300)}.jpeg`, `${'x'.repeat(115)}.jpeg`],
    [7, 'file'],
  ])('%j is %j', ([given, safe]) => expect(safeName(given)).toBe(safe))

  test('whatever it was, it is a name, and stays as it is when read again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.anything()), (given) => {
        const name = safeName(given)
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Cf}]|^[. ]|[. ]$|^$/u)
        expect(Array.from(name).length).toBeLessThanOrEqual(120)
        expect(safeName(name)).toBe(name)
      }),
      { numRuns: 40 },
    )
  })

  test.for([
    ['image/PNG', 'image/png'],
    ['text/html; charset=utf-8', 'text/html'],
    ['nothing', 'application/octet-stream'],
    ['a/b\nc', 'application/octet-stream'],
    [undefined, 'application/octet-stream'],
  ])('the type %j is %j', ([given, type]) => expect(safeType(given)).toBe(type))
})

describe('what a message carries', () => {
  test('what is written is what is read, within the words and again', () => {
    const files = [
      info({ picture: { width: 3, height: 4, thumb: 'AAAA' } }),
      info({ name: 'v.ogg', voice: { ms: 900, wave: '0f' } }),
    ]
    const told = toldOf({ text: 'look', files })
    expect(told).toMatchObject({ caption: 'look' })
    expect(told.text).toContain('cat.jpg')
    expect(told.text).toContain('v.ogg')
    expect(readTold({ ...told })).toEqual({ text: 'look', files })
    expect(readContent({ type: 'text', ...told })).toEqual({ type: 'text', text: 'look', files })
    expect(toldOf({ text: 'words' })).toEqual({ text: 'words' })
    expect([wordsOf({ text: '', files }), wordsOf({ text: 'look', files })]).toEqual(['cat.jpg, v.ogg', 'look'])
    expect(JSON.stringify(withoutThumbs(files))).not.toMatch(/thumb|0f/)
  })

  test('of the eleventh file and of those of a wrong form nothing is left', () => {
    expect(readFiles(Array.from({ length: 11 }, () => info()))).toHaveLength(MOST_FILES)
    const wrong: readonly unknown[] = [
      null,
      7,
      {},
      { ...info(), size: -1 },
      { ...info(), size: 1.5 },
      { ...info(), size: '5' },
      { ...info(), size: MOST_FILE_BYTES + 1 },
      { ...info(), size: Number.NaN },
      { ...info(), blob: '../../secrets' },
      { ...info(), key: 'short' },
      { ...info(), hash: undefined },
    ]
    for (const one of wrong) expect(readFiles([one])).toEqual([])
    expect(readFiles('files')).toEqual([])
    expect(readTold({ text: 'the words', caption: 'nothing', files: wrong.slice(0, 10) })).toEqual({
      text: 'the words',
    })
    expect(readTold({ text: 7, files: [info()] })).toBeNull()
    expect(readTold({ text: 'the words', caption: 7, files: [info()] })).toEqual({ text: 'the words', files: [info()] })
  })

  test('a small picture that is none, or not small, is left out, and so are sizes that no picture has', () => {
    const seen = (picture: unknown) => readFiles([{ ...info(), picture }])[0]?.picture
    expect(seen({ width: 2, height: 2, thumb: 'A'.repeat(MOST_THUMB + 1) })).toEqual({ width: 2, height: 2 })
    expect(seen({ width: 2, height: 2, thumb: '<svg onload=x>' })).toEqual({ width: 2, height: 2 })
    expect(seen({ width: 0, height: 2 })).toBeUndefined()
    expect(seen({ width: 1e9, height: 2 })).toBeUndefined()
    const voice = (said: unknown) => readFiles([{ ...info(), voice: said }])[0]?.voice
    expect(voice({ ms: 5, wave: 'f'.repeat(65) })).toEqual({ ms: 5, wave: '' })
    expect(voice({ ms: -5, wave: 'f' })).toBeUndefined()
  })

  test('whatever somebody sends, it is read or left out', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(readFiles(value)).toEqual([])
        expect(readFiles([value])).toEqual([])
      }),
    )
  })

  test('ten files with the longest names, all small pictures and some words fit into an envelope', () => {
    const name = `${'猫'.repeat(116)}.jpg`
    const files = Array.from({ length: 10 }, () =>
      info({ name, picture: { width: 2048, height: 2048, thumb: 'A'.repeat(1_600) } }),
    )
    const bytes = new TextEncoder().encode(JSON.stringify({ type: 'text', ...toldOf({ text: 'words', files }) })).length
    expect(bytes).toBeLessThan(MAX_TEXT_BYTES)
  })
})
