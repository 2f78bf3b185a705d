import { CIRCLE_OF_A_LIAR, LIVELY, play, PAIR } from './chat.ts'
import { exploreDouble } from './explore.ts'
import { anyFaults, faultsAroundRestore, faultsOfALiar } from './faults.ts'
import { MUTANTS } from './mutants.ts'
import { search } from './search.ts'

type Kind = 'schedules' | 'restores' | 'lies' | 'deeds'

/** Work for one core, small enough that all cores end together. */
export type Task =
  | { readonly kind: Kind; readonly seed: number; readonly runs: number }
  | { readonly kind: 'mutant'; readonly index: number; readonly seed: number; readonly runs: number }
  /** All pairs of crashes that begin with these. */
  | { readonly kind: 'two crashes'; readonly seed: number; readonly share: number; readonly of: number }

export interface Result {
  /** Until the finding, or all. */
  readonly runs: number
  /** The shortest story of the first that went wrong. */
  readonly story: string | null
}

const SETS = {
  schedules: { faults: anyFaults },
  restores: { faults: faultsAroundRestore },
  lies: { faults: faultsOfALiar, script: CIRCLE_OF_A_LIAR },
  deeds: { faults: anyFaults, script: LIVELY },
} as const

export async function carryOut(task: Task): Promise<Result> {
  if (task.kind === 'two crashes') return explore(task)
  const { seed, runs } = task
  const mutant = task.kind === 'mutant' ? MUTANTS[task.index] : undefined
  const needs = mutant?.needs ?? (task.kind === 'mutant' ? 'schedules' : task.kind)
  const found = await search({ ...SETS[needs], seed, runs, ...(mutant === undefined ? {} : { mutant }) })
  return { runs: found?.run ?? runs, story: found?.story ?? null }
}

async function explore({ seed, share, of }: Extract<Task, { readonly kind: 'two crashes' }>): Promise<Result> {
  const { runs, wrong } = await exploreDouble({ seed }, share, of)
  const [faults] = wrong
  if (faults === undefined) return { runs, story: null }
  const { lines } = await play({ seed, faults, script: PAIR, isTold: true })
  return { runs, story: [JSON.stringify(faults), ...lines].join('\n') }
}

/** Schedules that a task plays. */
const PORTION = 1_000
/** So far apart that no two portions draw the same. */
const APART = 7_919

/** A long search in portions, each with a seed of its own. */
export const portionsOf = (kind: Kind, runs: number, seed: number): readonly Task[] =>
  Array.from({ length: Math.ceil(runs / PORTION) }, (_, index) => ({
    kind,
    seed: (seed + index * APART) | 0,
    runs: Math.min(PORTION, runs - index * PORTION),
  }))
