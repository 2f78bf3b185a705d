import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The repository's top folder. */
export const top = fileURLToPath(new URL('..', import.meta.url))

/** One step of a longer run: what people read, and the command. */
export interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

/**
 * Runs a command in the top folder with its output shown, on the Node that runs this script.
 * @returns the exit code; 1 when the command could not be started or was ended by a signal
 */
export async function run([file, ...args]: Step['command']): Promise<number> {
  const child = spawn(file, args, { cwd: top, stdio: 'inherit' })
  return new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (code) => resolve(code ?? 1))
  })
}

/** Runs the steps one after the other, all of them even when one fails, and says how long each took. */
export async function runSteps(steps: readonly Step[]): Promise<{ passed: number; failed: readonly string[] }> {
  const failed: string[] = []
  for (const step of steps) {
    const began = performance.now()
    const code = await run(step.command)
    console.log(
      `${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${((performance.now() - began) / 1000).toFixed(1)} s)`,
    )
    if (code !== 0) failed.push(step.name)
  }
  return { passed: steps.length - failed.length, failed }
}
