/**
 * Frames as they travel (RFC 6455 §5.2: whole text frames, unmasked, as a server sends them), one behind the other.
 *
 * @returns bytes as a latin1 string. The stream below takes such a string whole, without a buffer for each frame, and
 * nearly everything that we send is ASCII and goes into it as it is.
 */
export function packFrames(frames: readonly string[]): string {
  let packed = ''
  for (const frame of frames) {
    const bytes = Buffer.byteLength(frame)
    packed += headOf(bytes) + (bytes === frame.length ? frame : Buffer.from(frame).toString('latin1'))
  }
  return packed
}

/** FIN and the opcode for text. */
const TEXT = '\x81'

function headOf(bytes: number): string {
  if (bytes < 126) return TEXT + String.fromCharCode(bytes)
  if (bytes < 65_536) return TEXT + String.fromCharCode(126, bytes >> 8, bytes & 255)
  const high = [0, 0, 0, 0]
  return TEXT + String.fromCharCode(127, ...high, bytes >>> 24, (bytes >> 16) & 255, (bytes >> 8) & 255, bytes & 255)
}
