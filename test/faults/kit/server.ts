import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startTestServer } from '@chatnip/server/testing'

/** The real server as a process of its own, or one of the programs beside this folder that are wrong on purpose. */
export interface ServerChild {
  readonly address: string
  readonly child: ChildProcess
  readonly pid: number
  /** Everything that it has written to standard error. */
  output(): string
  /** SIGKILL: no goodbye, no flush. Resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM. @returns its exit code */
  stop(): Promise<number | null>
  /** Whether it still runs. */
  lives(): boolean
}

export interface ServerOptions {
  readonly data: string
  /** The same one again, so that clients find a restarted server where it was. 0: any. */
  readonly port?: number
  /** A file of test/faults/programs; without it the server's own main.ts. */
  readonly program?: string
  readonly env?: Readonly<Record<string, string>>
}

const MAIN = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url))
const PROGRAMS = new URL('../programs/', import.meta.url)

/** A test that fails in the middle leaves nobody running. */
const running = new Set<ChildProcess>()
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')))

/** @throws Error with what it wrote when it ends before it is ready */
export async function startServer({ data, port = 0, program, env = {} }: ServerOptions): Promise<ServerChild> {
  const file = program === undefined ? MAIN : fileURLToPath(new URL(program, PROGRAMS))
  const settings = { PORT: String(port), CHATNIP_DATA: data, CHATNIP_RATE_LIMITS: 'off', CHATNIP_LOG: 'error', ...env }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const written: string[] = []
  child.stderr?.on('data', (part) => written.push(String(part)))
  running.add(child)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  void exited.then(() => running.delete(child))
  const address = await new Promise<string>((resolve, reject) => {
    if (child.stdout === null) return reject(new Error('There is no output to read.'))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /^Chatnip is ready at (\S+)$/.exec(line)?.[1]
      if (ready !== undefined) resolve(ready)
    })
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${written.join('')}`)))
  })
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal)
    return exited
  }
  return {
    address,
    child,
    pid: child.pid ?? 0,
    output: () => written.join(''),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    lives: () => child.exitCode === null && child.signalCode === null,
  }
}

export const portOf = ({ address }: { readonly address: string }): number => Number(new URL(address).port)

/** A question to a program of ours that answers by the channel to its parent. */
export async function askServer({ child }: ServerChild, question: string): Promise<Record<string, number>> {
  child.send(question)
  const [answer]: unknown[] = await once(child, 'message')
  const entries = typeof answer === 'object' && answer !== null ? Object.entries(answer) : []
  return Object.fromEntries(entries.map(([key, value]) => [key, Number(value)]))
}

/** Resident memory of a process in bytes. */
export async function memoryOf(pid: number): Promise<number> {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024
}

/** Somebody's device as the raw clients use it. */
export interface Login {
  readonly account: string
  readonly session: string
}

/** A data folder with accounts, each with devices, made before any fault; the hashes are cheap, everything else is real. */
export interface Household {
  readonly data: string
  /** One list for each name, in their order. */
  readonly devices: readonly (readonly Login[])[]
  remove(): Promise<void>
}

/**
 * @param names the accounts, and how many devices each has; none: an account with a plain mailbox and a plain session
 * @param env settings of the server that makes them: where its database is
 */
export async function makeHousehold(
  names: Readonly<Record<string, number>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Household> {
  const data = await mkdtemp(join(tmpdir(), 'chatnip-faults-'))
  const server = await startTestServer({ data, env })
  const devices: Login[][] = []
  for (const [account, count] of Object.entries(names)) {
    const list: Login[] = []
    for (let n = 0; n < count; n++) {
      const { session } = await server.newDevice(account, { existing: n > 0 })
      list.push({ account, session })
    }
    devices.push(list)
  }
  await server.stop()
  return { data, devices, remove: () => rm(data, { recursive: true, force: true }) }
}
