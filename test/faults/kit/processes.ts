import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** proc(5): what follows the command's closing parenthesis; [0] is the state, [1] the parent. Null when it is gone. */
function statOf(path: string): readonly string[] | null {
  try {
    return readFileSync(`${path}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? null
  } catch {
    return null
  }
}

/** A process with all that it started, and they in turn. Linux only. */
export function treeOf(pid: number): readonly number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ child: Number(name), parent: Number(statOf(`/proc/${name}`)?.[1]) }))
  const tree = [pid]
  for (const one of tree) for (const { child, parent } of parents) if (parent === one) tree.push(child)
  return tree
}

/** Its program and arguments; none when it is gone. */
export function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return []
  }
}

const isStill = (pid: number): boolean => {
  try {
    return readdirSync(`/proc/${pid}/task`).every((thread) => {
      const state = statOf(`/proc/${pid}/task/${thread}`)?.[0]
      return state === undefined || 'TtZX'.includes(state)
    })
  } catch {
    return true
  }
}

/** Sends a signal to those of the processes that are still there. */
export function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGKILL'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It was quicker.
    }
  }
}

/** Stops processes in the midst of what they do. Resolves when no thread of theirs is inside the kernel any more. */
export async function freeze(pids: readonly number[]): Promise<void> {
  signal(pids, 'SIGSTOP')
  while (!pids.every(isStill)) await pause(1)
}

/** Resolves when none of them is there any more; SIGKILL asks, the kernel takes its time. */
export async function goneAll(pids: readonly number[]): Promise<void> {
  const isThere = (pid: number): boolean => !['Z', 'X', undefined].includes(statOf(`/proc/${pid}`)?.[0])
  while (pids.some(isThere)) await pause(2)
}
