import { expect, test } from 'vitest'
import { packFrames } from './pack.ts'

/** Reads unmasked text frames as RFC 6455 §5.2 says. */
function unpack(packed: string): string[] {
  const bytes = Buffer.from(packed, 'latin1')
  const found: string[] = []
  for (let at = 0; at < bytes.length;) {
    expect(bytes[at]).toBe(0x81)
    const short = bytes.readUInt8(at + 1)
    at += 2
    const wide = short === 126 ? 2 : short === 127 ? 8 : 0
    const length = wide === 0 ? short : wide === 2 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at))
    // The shortest form is demanded.
    expect(wide).toBe(length > 65_535 ? 8 : length > 125 ? 2 : 0)
    at += wide + length
    found.push(bytes.toString('utf8', at - length, at))
  }
  return found
}

test('frames of every length and script arrive as they were', () => {
  const lengths = [0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 1_048_576]
  const frames = [
    ...lengths.map((length) => 'x'.repeat(length)),
    'è',
    'hello €😀',
    '€'.repeat(21_845),
    '{"a":"\\u0000"}',
  ]
  expect(unpack(packFrames(frames))).toEqual(frames)
})

test('nothing is nothing', () => {
  expect(packFrames([])).toBe('')
})
