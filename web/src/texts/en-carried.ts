import { countIn } from './plural.ts'

const count = countIn('en')

/** What messages carry, in a few words; the rest comes with the files (`files.ts`). Part of `en.ts`. */
export const carried = {
  attach: 'Attach files',
  drop: 'Let go here to send it',
  photos: (n: number) => (n === 1 ? 'Photo' : count(n, 'photo', 'photos')),
  voice: 'Voice message',
}
