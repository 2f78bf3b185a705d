import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Clock ticks per second of /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS = 100

export interface ServerProcess {
  readonly address: string
  readonly sessions: readonly string[]
  /** User and system CPU seconds of all threads so far, as the operating system counts them. */
  cpuSeconds(): number
  /** Resident memory in bytes. */
  memory(): number
  stop(): Promise<void>
}

/** Starts `bench/server.ts` with so many accounts, pinned to the first core so that the load does not share it. */
export async function startServerProcess(accounts: number): Promise<ServerProcess> {
  const program = fileURLToPath(new URL('server.ts', import.meta.url))
  const child = spawn('taskset', ['-c', '0', process.execPath, program, String(accounts)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line')
  const { address, sessions } = JSON.parse(String(line)) as { address: string; sessions: string[] }
  const pid = child.pid ?? 0
  return { address, sessions, cpuSeconds: () => cpuSeconds(pid), memory: () => memory(pid), stop: () => stop(child) }
}

/** proc(5): fields 14 and 15 of stat, counted after the command's closing parenthesis. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

function memory(pid: number): number {
  const kibibytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}
