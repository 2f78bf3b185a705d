import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The repository's top folder. */
export const top = fileURLToPath(new URL('..', import.meta.url))

/** One step of a longer run: what people read, and the command. */
export interface Step {
  readonly name: string
  readonly command: readonly [string, ...string[]]
}

interface Result {
  readonly code: number
  readonly output: string
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

/** The same with the output kept, so that several may run at once without mixing their words. */
async function runQuietly([file, ...args]: Step['command']): Promise<Result> {
  const child = spawn(file, args, { cwd: top, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()))
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

/**
 * Runs the steps, as many at once as there are cores, all of them even when one fails. Says how long each took, and of those that
 * failed what they said.
 */
export async function runSteps(steps: readonly Step[]): Promise<{ passed: number; failed: readonly string[] }> {
  const failed: string[] = []
  const waiting = [...steps]
  const work = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const began = performance.now()
      const { code, output } = await runQuietly(step.command)
      const seconds = ((performance.now() - began) / 1000).toFixed(1)
      if (code !== 0) console.log(output)
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`)
      if (code !== 0) failed.push(step.name)
    }
  }
  await Promise.all(Array.from({ length: availableParallelism() }, work))
  return { passed: steps.length - failed.length, failed }
}
