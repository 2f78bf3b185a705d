/** How the picture that is drawn from a name looks. */
export interface Likeness {
  readonly tint: number
  readonly ears: 'pointed' | 'round' | 'folded'
  readonly coat: 'plain' | 'stripes' | 'patch' | 'mask' | 'spots'
  readonly eyes: 'round' | 'sleepy' | 'slanted' | 'wink'
}

const EARS = ['pointed', 'round', 'folded'] as const
const COATS = ['plain', 'stripes', 'patch', 'mask', 'spots'] as const
const EYES = ['round', 'sleepy', 'slanted', 'wink'] as const
export const TINTS = 12

/** FNV-1a with a final mix: names that differ in one letter must not look alike. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}

/** The same name (without regard to case) always gives the same likeness: 720 of them in all. */
export const likenessOf = (name: string): Likeness => {
  let rest = hash(name.toLowerCase())
  const take = (count: number): number => {
    const taken = rest % count
    rest = Math.floor(rest / count)
    return taken
  }
  const tint = take(TINTS)
  return {
    tint,
    ears: EARS[take(EARS.length)] ?? 'pointed',
    coat: COATS[take(COATS.length)] ?? 'plain',
    eyes: EYES[take(EYES.length)] ?? 'round',
  }
}
