import { runAdmin } from './run.ts'
import type { Surroundings } from './command.ts'

/** What a command printed and how it ended. */
export interface Run {
  readonly code: 0 | 1
  readonly out: readonly string[]
  readonly errors: readonly string[]
}

/**
 * For tests: runs commands on a data folder, in this process, beside whatever server has it open.
 * @param line what would be typed after `npm run admin --`
 */
export async function admin(data: string, line: string, options: Partial<Surroundings> = {}): Promise<Run> {
  const out: string[] = []
  const errors: string[] = []
  const code = await runAdmin(
    line.split(' ').filter((word) => word !== ''),
    {
      folder: data,
      now: () => Date.now(),
      print: (text) => out.push(text),
      complain: (text) => errors.push(text),
      ask: null,
      ...options,
      env: { CHATNIP_DATA: data, ...options.env },
    },
  )
  return { code, out, errors }
}

/** Runs a command with --json and returns what it printed. */
export async function adminJson(data: string, line: string, options: Partial<Surroundings> = {}): Promise<unknown> {
  const { code, out, errors } = await admin(data, `${line} --json`, options)
  if (code !== 0 && errors.length > 0) throw new Error(errors.join('\n'))
  return JSON.parse(out.join('\n'))
}
