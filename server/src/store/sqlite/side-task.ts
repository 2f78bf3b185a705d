import { Worker } from 'node:worker_threads'
import { ChatnipError } from '@chatnip/protocol'
import type { StoreStats } from '../store.ts'

export type SideTask =
  | { readonly kind: 'backup'; readonly file: string; readonly target: string }
  | { readonly kind: 'stats'; readonly file: string }

export type FromSide =
  | { readonly ok: true; readonly stats: StoreStats | null }
  | { readonly ok: false; readonly reason: string }

const failure = (reason: string): ChatnipError =>
  new ChatnipError('unavailable', { retryAfter: 1, message: reason, cause: new Error(reason) })

/** Runs one long reading task in a thread of its own. Rejects with ChatnipError `unavailable` and the reason. */
export function runAside(task: SideTask): Promise<StoreStats | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./side.ts', import.meta.url), { workerData: task })
    worker.on('message', (answer: FromSide) => {
      if (answer.ok) resolve(answer.stats)
      else reject(failure(answer.reason))
    })
    worker.on('error', (error) => {
      reject(failure(String(error)))
    })
    worker.on('exit', () => {
      reject(failure('the thread ended without an answer'))
    })
  })
}
