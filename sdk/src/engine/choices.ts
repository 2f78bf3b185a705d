import { ALWAYS } from './strangers.ts'

/**
 * What a person decides about others, the same on all own devices: who may write to them, and whose messages make no noise. It goes to them in
 * envelopes, as everything between own devices does; the server learns none of it.
 */

/** `accepted`: is no stranger. `blocked`: nothing of theirs is taken. `deleted`: what they asked was thrown away; they may ask again. */
export type Standing = 'accepted' | 'blocked' | 'deleted'

/**
 * One decision. Each about the same thing bears a higher number than the last that its device knew of; of two with one number that of the greater
 * device id counts. So all devices come to the same, in whatever order they hear of them, and no clock is asked.
 */
export interface Choice<T> {
  readonly value: T
  readonly n: number
  /** The device that made it. */
  readonly by: string
  /** Of a request that was thrown away, the id of its last message then. */
  readonly last?: string
  /** The server has it for the other own devices. Absent: not yet. */
  readonly told?: true
}

export interface Choices {
  readonly standing?: Choice<Standing>
  /** Until when, Unix ms; 0: not. `ALWAYS`: until it is taken back. */
  readonly muted?: Choice<number>
}

export type About = keyof Choices

interface Saying<A extends About, T> {
  /** The account, or the group of many. */
  readonly name: string
  readonly about: A
  readonly value: T
  readonly n: number
  readonly by: string
}

export type Said = (Saying<'standing', Standing> & { readonly last?: string }) | Saying<'muted', number>

/** Between own devices. */
export interface PeopleBody {
  readonly type: 'people'
  /** "I am new here: tell me all of them." */
  readonly ask?: true
  readonly choices: readonly Said[]
}

/** So many go into one message: with the longest names it holds them. */
export const MOST_SAID = 100

const NAME = /^[\w.:-]{1,80}$/
const DEVICE = /^[\w-]{0,64}$/
const ID = /^[0-9a-f-]{36}$/
const MOST = 2 ** 31

type Fields = Readonly<Record<string, unknown>>

const isCount = (value: unknown, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most

/** @returns null when it is not of the form above; what is not, of its choices, is left out */
export function readPeople(body: { readonly type: string } | null): PeopleBody | null {
  const { type, ask, choices }: Fields = { ...body }
  if (type !== 'people' || !Array.isArray(choices) || choices.length > MOST_SAID) return null
  return { type, ...(ask === true ? { ask } : {}), choices: choices.flatMap((one) => readSaid(one) ?? []) }
}

function readSaid(value: unknown): Said | null {
  if (typeof value !== 'object' || value === null) return null
  const { name, about, value: chosen, n, by, last }: Fields = { ...value }
  if (typeof name !== 'string' || !NAME.test(name) || typeof by !== 'string' || !DEVICE.test(by)) return null
  if (!isCount(n, MOST)) return null
  if (about === 'muted') return isCount(chosen, ALWAYS) ? { name, about, value: chosen, n, by } : null
  if (about !== 'standing' || !isStanding(chosen)) return null
  const upto = typeof last === 'string' && ID.test(last) ? { last } : {}
  return { name, about, value: chosen, n, by, ...upto }
}

const isStanding = (value: unknown): value is Standing =>
  value === 'accepted' || value === 'blocked' || value === 'deleted'

/** Whether what was said is newer than what is known. */
export const isNewer = (said: Pick<Said, 'n' | 'by'>, known: Choice<unknown> | undefined): boolean =>
  known === undefined || said.n > known.n || (said.n === known.n && said.by > known.by)
