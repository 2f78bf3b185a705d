import type { ParseArgsConfig } from 'node:util'

/** Something that whoever typed the command can put right; the message is one sentence for them. */
export class AdminError extends Error {}

/** The world as the commands see it; tests bring their own. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where relative file names begin. */
  readonly folder: string
  /** Unix milliseconds. */
  readonly now: () => number
  /** One line of the result, for standard output. */
  readonly print: (line: string) => void
  /** One sentence about what went wrong, for standard error. */
  readonly complain: (line: string) => void
  /** Asks the person at the terminal; null when nobody sits there. */
  readonly ask: ((question: string) => Promise<string>) | null
}

/** What a command found or did: the same for people and, with `--json`, for scripts. */
export interface Outcome {
  readonly lines: readonly string[]
  readonly json: unknown
  /** True: exit code 1, although the command itself worked (doctor). */
  readonly failed?: boolean
}

/** What was typed after the command's words. */
export interface Input {
  /** The one name or file, or an empty string when the command takes none. */
  readonly name: string
  readonly values: Readonly<Record<string, string | boolean | undefined>>
}

/** One row of the table from which parsing and `help` come. */
export interface Command {
  /** As in `help`: the words, the name in capitals, the options. */
  readonly usage: string
  readonly summary: string
  readonly examples: readonly string[]
  readonly options?: NonNullable<ParseArgsConfig['options']>
  readonly run: (surroundings: Surroundings, input: Input) => Promise<Outcome>
}

/** The words that call a command: its usage up to the first name or option. */
export const wordsOf = ({ usage }: Command): readonly string[] => usage.split(' ').filter((word) => /^[a-z]/.test(word))

/** The name that a command needs, as its usage calls it, or null. */
export const nameOf = ({ usage }: Command): string | null =>
  / ([A-Z]+)/.exec(usage.replace(/\[.*?\]/g, ''))?.[1] ?? null

/** @throws AdminError when the option is no whole number from `least` to `most` */
export function numberOption(
  { values }: Input,
  option: string,
  { least, most, fallback }: { least: number; most: number; fallback: number },
): number {
  const text = values[option]
  if (typeof text !== 'string') return fallback
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= least && number <= most) return number
  throw new AdminError(`--${option} must be a whole number from ${least} to ${most}, not "${text}".`)
}
