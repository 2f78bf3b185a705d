import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SoakResult } from './soak.ts'

/** Programs of their own over a library that is not the installed one; see hooks.ts for the settings. */

export interface Ended {
  readonly output: string
  /** It did not end by itself within the time. */
  readonly isStuck: boolean
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/**
 * @param program a file beside this one
 * @param settings environment, as hooks.ts has them
 * @param patience in ms; then it is ended
 */
export async function runProgram(
  [program, ...args]: readonly [string, ...string[]],
  settings: Readonly<Record<string, string>> = {},
  patience = 500_000,
): Promise<Ended> {
  const command = ['--import', pathOf('./hooks.ts'), pathOf(program), ...args]
  const env = { PATH: process.env['PATH'], ...settings }
  const child = spawn(process.execPath, command, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience,
    killSignal: 'SIGKILL',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_, signal) => resolve({ output, isStuck: signal === 'SIGKILL' }))
  })
}

export interface Soaked extends SoakResult {
  readonly seed: number
}

/** @throws Error with the output when the program said anything else than results */
export async function runSoak(
  options: { readonly seed: number; readonly runs: number; readonly commits?: number; readonly members?: number },
  settings: Readonly<Record<string, string>> = {},
): Promise<readonly Soaked[]> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const { output } = await runProgram(['./soak-program.ts', ...args], settings)
  const lines = output.split('\n').filter((line) => line !== '')
  try {
    return lines.map((line): Soaked => JSON.parse(line))
  } catch {
    throw new Error(output)
  }
}
