import { spawn } from 'node:child_process'
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Clock ticks per second of /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS = 100

/** A program that is measured, in a process of its own. */
export interface Measured {
  /** What it printed when it was ready. */
  readonly ready: string
  /** For programs that wait for a line of input before they do something: its answer. */
  ask(): Promise<string>
  /** User and system CPU seconds of all threads so far, as the operating system counts them. */
  cpuSeconds(): number
  /** Resident memory in bytes. */
  memory(): number
  stop(): Promise<void>
}

export interface Server extends Measured {
  readonly address: string
  /** Of several nodes: one device after the other connects to the next. */
  readonly addresses?: readonly string[]
  /** A device session of `user0`, `user1`, … */
  readonly sessions: readonly string[]
}

/** What the measured server begins with. */
export interface Setting {
  /** Accounts with one device each, which the load uses. */
  readonly devices: number
  /** More devices for each of them. */
  readonly more?: number
  /** Other accounts in the same database. */
  readonly accounts?: number
  /** Messages that wait for those others. */
  readonly waiting?: number
  /** A folder that outlives the server, for another one to start on. */
  readonly data?: string
  /** More settings, by their environment variables. */
  readonly env?: Readonly<Record<string, string>>
}

/** A program of ours and its arguments. */
export type Command = readonly [program: string, ...args: readonly string[]]

/**
 * Starts a program and waits for its first line. Pinned to the first core, where `taskset` is there, so that the load does not share it.
 * @throws Error when it ends before it is ready
 */
export async function start([program, ...args]: Command, { pinned = true, env = {} } = {}): Promise<Measured> {
  const file = fileURLToPath(new URL(`../${program}`, import.meta.url))
  const command = [process.execPath, file, ...args]
  const [first = '', ...rest] = pinned ? ['taskset', '-c', '0', ...command] : command
  const child = spawn(first, rest, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const nextLine = linesOf(child)
  const ask = () => {
    child.stdin.write('\n')
    return nextLine()
  }
  const ready = await nextLine()
  const pid = child.pid ?? 0
  return { ready, ask, cpuSeconds: () => cpuSecondsOf(pid), memory: () => memoryOf(pid), stop: () => stop(child) }
}

function linesOf(child: ChildProcessByStdio<Writable, Readable, null>): () => Promise<string> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return async () => {
    const { value, done } = await lines.next()
    if (done === true) throw new Error('a measured program ended too early')
    return value
  }
}

/** Starts Chatnip (`server.ts`), or a peer that answers to the same sessions. */
export async function startServer(setting: Setting, program = 'server.ts', pinned = true): Promise<Server> {
  const measured = await start([program, JSON.stringify(setting)], { pinned })
  const { address, sessions }: { address: string; sessions: string[] } = JSON.parse(measured.ready)
  return { ...measured, address, sessions }
}

/** User and system CPU seconds of a process. proc(5): fields 14 and 15 of stat, counted after the command's closing parenthesis. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** Resident memory of a process in bytes. */
export function memoryOf(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024
}

async function stop(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
