import { Worker } from 'node:worker_threads'
import { ChatnipError } from '@chatnip/protocol'
import type { Known } from '../known.ts'
import type { AccountNumber, StoreStats } from '../store.ts'

interface Answers {
  readonly backup: null
  readonly stats: StoreStats
  readonly known: readonly Known[]
}

type Kind = keyof Answers

export type SideTask<K extends Kind = Kind> = {
  backup: { readonly kind: 'backup'; readonly file: string; readonly target: string }
  stats: { readonly kind: 'stats'; readonly file: string }
  known: { readonly kind: 'known'; readonly file: string; readonly account: AccountNumber }
}[K]

export type FromSide<K extends Kind = Kind> =
  | { readonly ok: true; readonly answer: Answers[K] }
  | { readonly ok: false; readonly reason: string }

const failure = (reason: string): ChatnipError =>
  new ChatnipError('unavailable', { retryAfter: 1, message: reason, cause: new Error(reason) })

/** Runs one long reading task in a thread of its own. Rejects with ChatnipError `unavailable` and the reason. */
export function runAside<K extends Kind>(task: SideTask<K> & { readonly kind: K }): Promise<Answers[K]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./side.ts', import.meta.url), { workerData: task })
    worker.on('message', (answer: FromSide<K>) => {
      if (answer.ok) resolve(answer.answer)
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
