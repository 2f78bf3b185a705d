import { readFileSync } from 'node:fs'
import { cpuSecondsOf } from './process.ts'

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number)

const nameOf = (pid: number): string => readFileSync(`/proc/${pid}/comm`, 'utf8').trim()

/**
 * CPU seconds so far of a program that this process has started under this name, and of the processes that it has started itself: PostgreSQL has one for each
 * connection. What ended meanwhile is not counted.
 */
export function cpuSecondsNamed(name: string): number {
  const found = childrenOf(process.pid).filter((pid) => nameOf(pid) === name)
  return found.flatMap((pid) => [pid, ...childrenOf(pid)]).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
}
