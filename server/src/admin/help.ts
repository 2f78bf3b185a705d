import type { Command } from './command.ts'

/** What `help` prints. */
export function helpLines(commands: readonly Command[]): readonly string[] {
  return [
    'What the people who run a Chatnip server can do, on the machine itself, whether the server runs or not.',
    'Use the same environment as the server (CHATNIP_DATA above all).',
    '',
    ...commands.flatMap(({ usage, summary }) => [`  ${usage}`, `      ${summary}`]),
    '  help',
    '      Prints this.',
    '',
    'Each takes --json, for scripts (npm run --silent admin -- … --json). Exit code 0: done. 1: not done, or the doctor found something bad.',
    '',
    'Examples:',
    ...commands.flatMap(({ examples }) => examples.map((example) => `  npm run admin -- ${example}`)),
  ]
}
