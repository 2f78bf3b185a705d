import type { Observation, ViewLine } from './observations.ts'

type Of<W extends Observation['what']> = Extract<Observation, { readonly what: W }>

export interface Composed extends Of<'composed'> {
  /** Place in the list of observations. */
  readonly at: number
}

export interface DeviceFacts {
  readonly device: string
  readonly account: string
  readonly joinedAt: number
  leftAt: number
  /** The latest view of each conversation. */
  readonly views: Map<string, readonly ViewLine[]>
  /** What the latest view of each conversation says is missing. */
  readonly missing: Map<string, number>
}

export interface Excuse {
  readonly message: string
  readonly device: string | null
  readonly why: 'withheld' | 'doubted' | 'rolled back' | 'discarded'
  readonly at: number
  /** Where that is known: what is done to messages is counted as they are, and was never composed as one. */
  readonly conversation?: string
}

/** The observations, sorted by what they are about. */
export interface Facts {
  readonly devices: ReadonlyMap<string, DeviceFacts>
  readonly composed: ReadonlyMap<string, Composed>
  readonly accepted: ReadonlySet<string>
  readonly ended: ReadonlyMap<string, Of<'ended'>['how']>
  readonly rolledBack: ReadonlySet<string>
  readonly stored: readonly Of<'stored'>[]
  readonly announced: readonly Of<'announced'>[]
  readonly views: readonly Of<'view'>[]
  readonly noted: readonly (Of<'noted'> & { readonly at: number })[]
  readonly tooEarly: readonly Of<'told too early'>[]
  readonly givenAway: readonly Of<'given away'>[]
  readonly lockedOut: readonly Of<'locked out'>[]
  /** Why a message may be missing on a device, or (device null) on any, and since when. */
  readonly excuses: readonly Excuse[]
  readonly handed: readonly Of<'handed'>[]
  /** The last word of each device. */
  readonly marked: ReadonlyMap<string, number>
}

/** @throws RangeError when the test itself contradicts itself: a device that never joined, an id composed twice */
export function factsOf(observations: readonly Observation[]): Facts {
  const { devices, composed } = membersOf(observations)
  const ids = <W extends 'accepted' | 'rolled back'>(what: W) =>
    new Set(observations.flatMap((one) => (one.what === what && 'message' in one ? [one.message] : [])))
  const all = <W extends Observation['what']>(what: W) => observations.filter((one): one is Of<W> => one.what === what)
  return {
    devices,
    composed,
    accepted: ids('accepted'),
    ended: new Map(all('ended').map(({ message, how }) => [message, how])),
    rolledBack: ids('rolled back'),
    stored: all('stored'),
    announced: all('announced'),
    views: all('view'),
    noted: observations.flatMap((one, at) => (one.what === 'noted' ? [{ ...one, at }] : [])),
    tooEarly: all('told too early'),
    givenAway: all('given away'),
    lockedOut: all('locked out'),
    excuses: observations.flatMap((one, at) => excuseOf(one, at) ?? []),
    handed: all('handed'),
    marked: new Map(all('marked').map(({ device, missing }) => [device, missing])),
  }
}

function membersOf(observations: readonly Observation[]) {
  const devices = new Map<string, DeviceFacts>()
  const composed = new Map<string, Composed>()
  for (const [at, one] of observations.entries()) {
    if (one.what === 'joined') {
      const { device, account } = one
      devices.set(device, { device, account, joinedAt: at, leftAt: Infinity, views: new Map(), missing: new Map() })
      continue
    }
    if ('device' in one && !devices.has(one.device)) throw new RangeError(`${one.device} never joined.`)
    if (one.what === 'left') setLeft(devices.get(one.device), at)
    if (one.what === 'view') setView(devices.get(one.device), one)
    if (one.what !== 'composed') continue
    if (composed.has(one.message)) throw new RangeError(`${one.message} was composed twice.`)
    composed.set(one.message, { ...one, at })
  }
  return { devices, composed }
}

function excuseOf(one: Observation, at: number): Excuse | null {
  if (one.what === 'withheld' || one.what === 'doubted') {
    const about = 'conversation' in one ? { conversation: one.conversation } : {}
    return { message: one.message, device: one.device, why: one.what, at, ...about }
  }
  if (one.what === 'rolled back') return { message: one.message, device: null, why: 'rolled back', at }
  const isDiscarded = one.what === 'ended' && one.how === 'discarded'
  return isDiscarded ? { message: one.message, device: null, why: 'discarded', at } : null
}

function setView(facts: DeviceFacts | undefined, { conversation, lines, missing = 0 }: Of<'view'>): void {
  facts?.views.set(conversation, lines)
  facts?.missing.set(conversation, missing)
}

function setLeft(facts: DeviceFacts | undefined, at: number): void {
  if (facts !== undefined) facts.leftAt = at
}

export const idsOf = (lines: readonly { readonly message: string }[]): readonly string[] =>
  lines.map(({ message }) => message)

/** What stands there more than once. */
export function repeated(all: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  return new Set(all.filter((one) => seen.size === seen.add(one).size))
}
