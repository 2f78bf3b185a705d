import { PAIR, play } from './chat.ts'
import type { Play } from './chat.ts'
import type { Fault } from './faults.ts'
import { LANES } from './search.ts'

/** Who may crash in a chat of two devices, and how that is said as a fault. */
const VICTIMS: Readonly<Record<string, Pick<Fault, 'kind' | 'who'>>> = {
  server: { kind: 'server crashes', who: 0 },
  laptop: { kind: 'device crashes', who: 0 },
  desk: { kind: 'device crashes', who: 1 },
}

export interface Explored {
  readonly runs: number
  /** The first schedules that went wrong. */
  readonly wrong: readonly (readonly Fault[])[]
}

/** `script`: four messages between two devices when left out. */
type How = Pick<Play, 'mutant' | 'script'> & { readonly seed: number }

/** Plays these schedules side by side. @returns those that went wrong, and what each took part in */
async function playAll(schedules: readonly (readonly Fault[])[], how: How) {
  const results: { readonly faults: readonly Fault[]; readonly steps: readonly string[]; readonly isWrong: boolean }[] =
    []
  let next = 0
  const lane = async () => {
    for (let index = next; index < schedules.length; index = next) {
      next = index + 1
      const faults = schedules[index] ?? []
      const { steps, violations } = await play({ ...how, script: how.script ?? PAIR, faults })
      results.push({ faults, steps, isWrong: violations.length > 0 })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return results
}

/**
 * Every moment from step `after` on at which somebody's crash makes a difference. Between two steps that a victim takes part in, its crash
 * comes to the same whenever it happens; so one before each of its own steps, and one behind all, are every crash there is.
 */
const crashesIn = (steps: readonly string[], after: number): readonly Fault[] =>
  Object.entries(VICTIMS).flatMap(([victim, crash]) => {
    const own = steps.flatMap((who, index) => (who === victim && index + 1 >= after ? [index + 1] : []))
    return own.map((step): Fault => ({ ...crash, at: { step }, size: 0 }))
  })

/** All crash points, one by one. */
export async function exploreSingle(
  how: How,
): Promise<Explored & { readonly singles: Awaited<ReturnType<typeof playAll>> }> {
  const [calm] = await playAll([[]], how)
  const singles = await playAll(
    crashesIn(calm?.steps ?? [], 1).map((fault) => [fault]),
    how,
  )
  return { runs: singles.length + 1, wrong: wrongOf([...singles, ...(calm === undefined ? [] : [calm])]), singles }
}

/** All pairs: after each single crash, every crash of anybody in what then happens. `share` of `of` parts. */
export async function exploreDouble(how: How, share = 0, of = 1): Promise<Explored> {
  const { singles } = await exploreSingle(how)
  const pairs = singles
    .filter((_, index) => index % of === share)
    .flatMap(({ faults: [first], steps }) => {
      if (first === undefined || typeof first.at === 'number') return []
      return crashesIn(steps, first.at.step).flatMap((second): readonly (readonly Fault[])[] => {
        const isSame = second.kind === first.kind && second.who === first.who && sameStep(second, first)
        return isSame ? [] : [[first, second]]
      })
    })
  const results = await playAll(pairs, how)
  return { runs: results.length, wrong: wrongOf(results) }
}

const sameStep = (one: Fault, other: Fault): boolean => JSON.stringify(one.at) === JSON.stringify(other.at)

const wrongOf = (results: readonly { readonly faults: readonly Fault[]; readonly isWrong: boolean }[]) =>
  results.filter(({ isWrong }) => isWrong).map(({ faults }) => faults)
