import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../../free-port.ts'

/** A NATS of our own for tests and for `npm run cluster`: the system's nats-server. It keeps nothing anywhere. */
export interface TestNats {
  readonly url: string
  /** Gone without a word, with everything that it knew. Comes back with `start`. */
  kill(): Promise<void>
  start(): Promise<void>
  signal(signal: NodeJS.Signals): void
}

const PROGRAMS = ['nats-server', '/usr/sbin/nats-server', '/usr/local/bin/nats-server']

async function findProgram(): Promise<string | null> {
  for (const program of PROGRAMS) {
    const child = spawn(program, ['--version'], { stdio: 'ignore' })
    const found = await Promise.race([once(child, 'exit').then(() => true), once(child, 'error').then(() => false)])
    if (found) return program
  }
  return null
}

/** A test that fails in the middle leaves none running. */
const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/**
 * @param options of the command line; without them it asks for a user and a password
 * @returns a running NATS, or in words why there can be none here
 */
export async function startNats(
  options: readonly string[] = ['--user', 'chatnip', '--pass', 'a secret'],
): Promise<TestNats | string> {
  const program = await findProgram()
  if (program === null) return 'nats-server is not installed'
  const port = await freePort()
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    child = spawn(program, ['-a', '127.0.0.1', '-p', String(port), ...options], { stdio: ['ignore', 'ignore', 'pipe'] })
    running.add(child)
    const { stderr } = child
    if (stderr === null) throw new Error('no output of nats-server')
    for await (const text of stderr.setEncoding('utf8').iterator({ destroyOnReturn: false }))
      if (String(text).includes('Server is ready')) break
    stderr.resume()
  }
  await start()
  return {
    url: `nats://chatnip:a%20secret@127.0.0.1:${port}`,
    start,
    kill: async () => {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    signal: (signal) => {
      child?.kill(signal)
    },
  }
}
