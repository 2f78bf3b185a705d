import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { ChatnipError } from '@chatnip/protocol'
import { ACCOUNT_COMMANDS } from './accounts.ts'
import { BACKUP_COMMANDS } from './backup.ts'
import { AdminError, nameOf, wordsOf } from './command.ts'
import type { Command, Input, Outcome, Surroundings } from './command.ts'
import { DOCTOR_COMMANDS } from './doctor.ts'
import { helpLines } from './help.ts'
import { INVITE_COMMANDS } from './invites.ts'
import { MIGRATE_COMMANDS } from './migrate-store.ts'
import { STATS_COMMANDS } from './stats.ts'

/** Everything that `npm run admin --` can do, in the order of `help`. */
export const COMMANDS: readonly Command[] = [
  ...INVITE_COMMANDS,
  ...ACCOUNT_COMMANDS,
  ...STATS_COMMANDS,
  ...BACKUP_COMMANDS,
  ...MIGRATE_COMMANDS,
  ...DOCTOR_COMMANDS,
]

const SEE_HELP = '"npm run admin -- help" lists what there is.'

/** What parseArgs says is one sentence and then advice that does not fit here. */
const firstSentence = (text: string): string => (text.split(/\.\s|\n/)[0] ?? text).replace(/\.$/, '')

function parse(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { ...options, json: { type: 'boolean' } } })
  } catch (error) {
    throw new AdminError(`${firstSentence(error instanceof Error ? error.message : String(error))}; ${SEE_HELP}`)
  }
}

function commandOf(args: readonly string[]): Command {
  const command = COMMANDS.find((one) => wordsOf(one).every((word, at) => args[at] === word))
  if (command !== undefined) return command
  throw new AdminError(`There is no command "${args.slice(0, 2).join(' ')}"; ${SEE_HELP}`)
}

function inputOf(command: Command, args: readonly string[]): Input & { readonly json: boolean } {
  const words = wordsOf(command)
  const { positionals, values } = parse(args.slice(words.length), command.options ?? {})
  const wanted = nameOf(command)
  const [name = '', more] = positionals
  if (wanted !== null && name === '') throw new AdminError(`"${words.join(' ')}" needs a ${wanted}; ${SEE_HELP}`)
  const unexpected = wanted === null ? positionals[0] : more
  if (unexpected !== undefined)
    throw new AdminError(`"${unexpected}" is more than "${words.join(' ')}" takes; ${SEE_HELP}`)
  const texts = Object.entries(values).filter(([, value]) => typeof value === 'string' || value === true)
  return { name, values: Object.fromEntries(texts), json: values.json === true }
}

/** The sentence for whoever typed the command, with the machine's reason where there is one. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const because = error instanceof ChatnipError && error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.message}${because}`
}

function show({ print }: Surroundings, { lines, json: result }: Outcome, json: boolean): void {
  if (json) print(JSON.stringify(result, null, 2))
  else for (const line of lines) print(line)
}

/**
 * Runs one command.
 * @param args what was typed after `npm run admin --`
 * @returns the exit code: 0, or 1 when it could not be done or the doctor found something bad
 */
export async function runAdmin(args: readonly string[], surroundings: Surroundings): Promise<0 | 1> {
  if (args[0] === undefined || args[0] === 'help' || args.includes('--help')) {
    for (const line of helpLines(COMMANDS)) surroundings.print(line)
    return 0
  }
  try {
    const command = commandOf(args)
    const { json, ...input } = inputOf(command, args)
    const outcome = await command.run(surroundings, input)
    show(surroundings, outcome, json)
    return outcome.failed === true ? 1 : 0
  } catch (error) {
    surroundings.complain(sentenceOf(error))
    return 1
  }
}
