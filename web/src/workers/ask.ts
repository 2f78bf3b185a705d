import { trustedWorkerUrl } from './trusted.ts'

/** What each worker answers with. */
export type WorkerAnswer<Out> = { readonly ok: true; readonly value: Out } | { readonly ok: false }

/**
 * Asks a worker one thing and ends it: its memory (64 MiB for Argon2) is free at once, and nothing secret stays in it.
 * @throws Error when the worker fails or cannot be loaded
 */
export const askWorker = <In, Out>(url: string, question: In): Promise<Out> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(trustedWorkerUrl(url), { type: 'module' })
    const fail = () => {
      worker.terminate()
      reject(new Error('A background computation failed.'))
    }
    worker.addEventListener('error', fail)
    worker.addEventListener('messageerror', fail)
    worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer<Out>>) => {
      worker.terminate()
      if (data.ok) resolve(data.value)
      else reject(new Error('A background computation failed.'))
    })
    worker.postMessage(question)
  })
