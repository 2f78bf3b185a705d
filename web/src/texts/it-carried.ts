import type { en } from './en.ts'
import { countIn } from './plural.ts'

const count = countIn('it')

export const carried: typeof en.carried = {
  attach: 'Allega file',
  drop: 'Lascia qui per inviare',
  photos: (n) => (n === 1 ? 'Foto' : count(n, 'foto', 'foto')),
  voice: 'Messaggio vocale',
}
