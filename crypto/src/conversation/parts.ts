import type { Bytes } from '../bytes.ts'

/** Several byte strings in one: each after its length, four bytes, big-endian. */

const LENGTH_BYTES = 4

export function pack(parts: readonly Uint8Array[]): Bytes {
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + LENGTH_BYTES + part.length, 0))
  const view = new DataView(packed.buffer)
  let at = 0
  for (const part of parts) {
    view.setUint32(at, part.length)
    packed.set(part, at + LENGTH_BYTES)
    at += LENGTH_BYTES + part.length
  }
  return packed
}

/** The inverse, or null when the bytes are not whole parts and nothing else. */
export function unpack(packed: Uint8Array): readonly Bytes[] | null {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const parts: Bytes[] = []
  let at = 0
  while (at < packed.length) {
    if (at + LENGTH_BYTES > packed.length) return null
    const end = at + LENGTH_BYTES + view.getUint32(at)
    if (end > packed.length) return null
    parts.push(packed.slice(at + LENGTH_BYTES, end))
    at = end
  }
  return parts
}
