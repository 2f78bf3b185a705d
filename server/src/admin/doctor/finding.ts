/** `ok`: as it should be. `look`: works, but somebody should know. `bad`: does not work or is not safe. */
export type Verdict = 'ok' | 'look' | 'bad'

/** One line of the doctor: a verdict, and a sentence that says what to do about it. */
export interface Finding {
  readonly verdict: Verdict
  readonly sentence: string
}

const finding =
  (verdict: Verdict) =>
  (sentence: string): Finding => ({ verdict, sentence })

export const ok = finding('ok')
export const look = finding('look')
export const bad = finding('bad')

/** What the machine says of a failure, for the end of a sentence. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
