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
      devices.set(device, { device, account, joinedAt: at, leftAt: Infinity, views: new Map() })
      continue
    }
    if ('device' in one && !devices.has(one.device)) throw new RangeError(`${one.device} never joined.`)
    if (one.what === 'left') setLeft(devices.get(one.device), at)
    if (one.what === 'view') devices.get(one.device)?.views.set(one.conversation, one.lines)
    if (one.what !== 'composed') continue
    if (composed.has(one.message)) throw new RangeError(`${one.message} was composed twice.`)
    composed.set(one.message, { ...one, at })
  }
  return { devices, composed }
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
