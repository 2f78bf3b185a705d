import { sha256 } from './secrets.ts'

/** Tints that keep a contrast of 4.5 with the white face, and what the cat on them looks like. */
const TINTS = ['#2e7d4f', '#5b6bbf', '#a4506b', '#8a5a2b', '#23788c', '#7a4fa3', '#9b3f3f', '#4f6f22']
const EARS = [
  'M14 30 18 8 32 20Z M50 30 46 8 32 20Z',
  'M12 28 12 10 30 20Z M52 28 52 10 34 20Z',
  'M14 32 22 6 34 22Z M50 32 42 6 30 22Z',
]
const EYES = [
  '<circle cx="24" cy="36" r="3"/><circle cx="40" cy="36" r="3"/>',
  '<path d="M20 37q4-5 8 0M36 37q4-5 8 0" fill="none" stroke-width="2.5"/>',
  '<ellipse cx="24" cy="36" rx="2" ry="4"/><ellipse cx="40" cy="36" rx="2" ry="4"/>',
]

/**
 * The picture of whoever has none: a cat, drawn from the name alone, so that the same name always looks the same.
 * Nothing of the name itself stands in the drawing.
 */
export function defaultAvatar(name: string): string {
  const [tint = 0, ears = 0, eyes = 0] = sha256(name.toLowerCase())
  const pickOf = (list: readonly string[], number: number) => list[number % list.length] ?? ''
  const colour = pickOf(TINTS, tint)
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="256" height="256">' +
    `<rect width="64" height="64" fill="${colour}"/>` +
    `<g fill="#fff"><path d="${pickOf(EARS, ears)}"/><circle cx="32" cy="38" r="19"/></g>` +
    `<g fill="${colour}" stroke="${colour}" stroke-linecap="round">${pickOf(EYES, eyes)}` +
    '<path d="M30 43h4l-2 2.5z"/><path d="M32 45v3m0 0q-4 4-7 1m7-1q4 4 7 1" fill="none" stroke-width="1.5"/>' +
    '<path d="M8 40l9 1M8 46l9-2M56 40l-9 1M56 46l-9-2" stroke="#fff" stroke-width="1.5"/></g></svg>'
  )
}
