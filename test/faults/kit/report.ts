import { appendFileSync } from 'node:fs'

/** What one test of faults did and found, one line of the report. */
export interface FaultResult {
  /** As in docs/delivery.md: `T1`. */
  readonly test: string
  readonly title: string
  /** Why this machine could not run it; then there is nothing else. */
  readonly leftOut?: string
  readonly counts?: Partial<FaultCounts>
  /** The same test against something that is known to be wrong: it must fail. */
  readonly control?: { readonly name: string; readonly failed: boolean; readonly found: string }
  readonly more?: Readonly<Record<string, number | string>>
}

export interface FaultCounts {
  readonly faults: number
  readonly accepted: number
  readonly lost: number
  readonly twice: number
  readonly disordered: number
  readonly unreadable: number
  readonly unexpected5xx: number
}

/** Hands a result to `npm run test:faults`; a run of vitest alone just prints it. */
export function report(result: FaultResult): void {
  const file = process.env['CHATNIP_FAULTS_REPORT']
  const line = JSON.stringify(result)
  if (file === undefined) console.log(line)
  else appendFileSync(file, `${line}\n`)
}

/** `a` runs with each change, `release` has the large figures. */
export const isRelease: boolean = process.env['CHATNIP_FAULTS_TIER'] === 'release'

/** The figure of the tier that runs. */
export const byTier = (a: number, release: number): number => (isRelease ? release : a)
