import sharp from 'sharp'
import { deflateSync } from 'node:zlib'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { LIMITS } from '@chatnip/protocol'
import { redraw } from './picture.ts'

const pixels = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#2e7d4f' } })

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}

/** A PNG whose header claims a size that its few bytes do not hold: a decompression bomb's first step. */
function pngOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(64))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

test.each(['png', 'jpeg', 'webp', 'gif'] as const)('a %s becomes a small square WebP', async (format) => {
  const drawn = await redraw(await pixels(600, 300).toFormat(format).toBuffer())
  const { width, height, format: found } = await sharp(drawn).metadata()
  expect([width, height, found]).toEqual([LIMITS.avatarSide, LIMITS.avatarSide, 'webp'])
})

test('what the camera wrote into the file is gone, after it has turned the picture', async () => {
  const taken = await pixels(40, 20)
    .withExif({ IFD0: { Copyright: 'MARKER' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  expect(taken.includes('Exif')).toBe(true)
  const drawn = Buffer.from(await redraw(taken))
  expect(drawn.includes('MARKER')).toBe(false)
  expect((await sharp(drawn).metadata()).exif).toBeUndefined()
  expect((await sharp(drawn).metadata()).orientation).toBeUndefined()
})

test('of a moving picture the first frame stays', async () => {
  const frames = await sharp([await pixels(8, 8).png().toBuffer(), await pixels(8, 8).negate().png().toBuffer()], {
    join: { animated: true },
  })
    .gif()
    .toBuffer()
  expect((await sharp(frames).metadata()).pages).toBe(2)
  expect((await sharp(await redraw(frames)).metadata()).pages ?? 1).toBe(1)
})

test('bytes hidden behind or inside a picture do not come through', async () => {
  const picture = await pixels(20, 20).png().toBuffer()
  const polyglot = Buffer.concat([picture, Buffer.from('<script>alert(1)</script>')])
  expect(Buffer.from(await redraw(polyglot)).includes('script')).toBe(false)
})

test.each([
  ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'],
  ['an SVG with a prolog', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['HTML', '<!doctype html><script>alert(1)</script>'],
  ['HTML in front of nothing', 'GIF8<html>'],
  ['nothing', ''],
  ['a PDF', '%PDF-1.7\n'],
])('%s is refused', async (_what, text) => {
  await expect(redraw(Buffer.from(text))).rejects.toMatchObject({ code: 'image_invalid' })
})

test('a broken picture is refused', async () => {
  const whole = await pixels(200, 200).png().toBuffer()
  await expect(redraw(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ code: 'image_invalid' })
})

test('a picture that claims to be huge is refused by its header', async () => {
  await expect(redraw(pngOf(30_000, 30_000))).rejects.toMatchObject({
    code: expect.stringMatching(/too_large|image_invalid/),
  })
  await expect(redraw(Buffer.alloc(LIMITS.avatarBytes + 1))).rejects.toMatchObject({ code: 'too_large' })
})
