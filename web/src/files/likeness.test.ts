import { expect, test } from 'vitest'
import { asPicture, likenessOf, ownLikenessOf, thumbOf } from './likeness.ts'

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (one) => one.charCodeAt(0)) : part)),
  )

const uint32 = (value: number): readonly number[] => [
  value >>> 24,
  (value >>> 16) & 255,
  (value >>> 8) & 255,
  value & 255,
]

const png = (width: number, height: number) =>
  bytes([0x89], 'PNG\r\n', [0x1a, 0x0a], uint32(13), 'IHDR', uint32(width), uint32(height), [8, 6, 0, 0, 0])

const jpeg = (width: number, height: number) =>
  bytes(
    [0xff, 0xd8, 0xff, 0xe1, 0, 8],
    'Exif\0\0',
    [0xff, 0xc2, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255],
    [3, 1, 2, 3],
  )

/** @param screen what is announced @param frame what the first frame takes, behind an extension */
const gif = (screen: number, frame: number) =>
  bytes(
    'GIF89a',
    [screen & 255, screen >> 8, screen & 255, screen >> 8, 0x80, 0, 0, 1, 2, 3, 4, 5, 6],
    [0x21, 0xf9, 4, 0, 0, 0, 0, 0],
    [0x2c, 0, 0, 0, 0, frame & 255, frame >> 8, frame & 255, frame >> 8, 0],
  )

const webp = (kind: string, ...rest: readonly number[]) =>
  bytes('RIFF', [9, 9, 0, 0], 'WEBP', kind, rest, Array(20).fill(0))

test('what a picture is and how large is told from its first bytes', () => {
  expect(likenessOf(png(3, 4))).toEqual({ type: 'image/png', width: 3, height: 4 })
  expect(likenessOf(jpeg(1_200, 800))).toEqual({ type: 'image/jpeg', width: 1_200, height: 800 })
  expect(likenessOf(gif(6, 5))).toEqual({ type: 'image/gif', width: 6, height: 6 })
  const lossy = webp('VP8 ', 0, 0, 0, 0, 0, 0, 0, 0x9d, 0x01, 0x2a, 7, 0, 8, 0)
  expect(likenessOf(lossy)).toEqual({ type: 'image/webp', width: 7, height: 8 })
  const extended = webp('VP8X', 10, 0, 0, 0, 0, 0, 0, 0, 99, 0, 0, 49, 0, 0)
  expect(likenessOf(extended)).toEqual({ type: 'image/webp', width: 100, height: 50 })
  const lossless = webp('VP8L', 0, 0, 0, 0, 0x2f, 0b1001, 0b01000000, 0b10, 0)
  expect(likenessOf(lossless)).toMatchObject({ type: 'image/webp', width: 10 })
})

test('programs, pages, documents, pieces and nothing are no pictures', () => {
  const none = [
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    '<!doctype html><script>alert(1)</script>',
    '%PDF-1.7',
    'BM',
    'RIFF',
    'GIF89a',
    '',
    'GIF89a0000000',
  ]
  for (const one of none) expect(likenessOf(bytes(one))).toBeNull()
  expect(likenessOf(jpeg(5, 5).slice(0, 12))).toBeNull()
  expect(likenessOf(bytes([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))).toBeNull()
})

test('pictures that would fill the memory when they are drawn are not drawn', () => {
  expect(likenessOf(png(30_000, 30_000))).toBeNull()
  expect(likenessOf(png(16_384, 16_384))).toBeNull()
  expect(likenessOf(png(20_000, 1))).toBeNull()
  expect(likenessOf(png(0, 5))).toBeNull()
  expect(likenessOf(png(8_000, 8_000))).not.toBeNull()
  expect(likenessOf(gif(5, 30_000))).toBeNull()
})

test('one’s own picture is known for one however large it is', () => {
  expect(likenessOf(jpeg(12_000, 9_000))).toBeNull()
  expect(ownLikenessOf(jpeg(12_000, 9_000))).toEqual({ type: 'image/jpeg', width: 12_000, height: 9_000 })
})

test('it is drawn under the type that it has, whatever was said', async () => {
  const claimed = new Blob([png(2, 2)], { type: 'text/html' })
  expect((await asPicture(claimed))?.type).toBe('image/png')
  expect(await asPicture(new Blob(['<svg/>'], { type: 'image/png' }))).toBeNull()
})

test('a small picture is small', () => {
  const base64 = (of: Uint8Array) => btoa(String.fromCharCode(...of))
  expect(thumbOf(base64(jpeg(100, 60)))?.type).toBe('image/jpeg')
  expect(thumbOf(base64(jpeg(600, 60)))).toBeNull()
  expect([thumbOf(base64(png(100, 60))), thumbOf(base64(gif(5, 5)))]).toEqual([null, null])
  expect([thumbOf(''), thumbOf('no base64 at all'), thumbOf(base64(bytes('<svg/>')))]).toEqual([null, null, null])
})
