import { Worker } from 'node:worker_threads'
import { ChatnipError } from '@chatnip/protocol'
import type { Arguments, Call, CallName, Failure, FromThread, Outcome, Result, ToThread } from './calls.ts'
import type { ThreadOptions } from './options.ts'
import { packCalls, unpackOutcomes } from './wire.ts'

interface Waiting {
  readonly call: Call
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** A batch stays short enough that nobody in it waits long for the others. */
const MOST_IN_BATCH = 1_024

const unavailable = (detail: string): ChatnipError =>
  new ChatnipError('unavailable', { retryAfter: 1, cause: new Error(detail) })

const errorOf = ({ code, retryAfter, detail }: Failure): ChatnipError =>
  new ChatnipError(code, { ...(retryAfter === undefined ? {} : { retryAfter }), cause: new Error(detail) })

/**
 * The main thread's side of the storage thread: collects calls while a batch is being committed and hands them over as the next batch, so
 * that whoever arrives meanwhile shares one fsync. Never waits for the disk itself.
 */
export class CallQueue {
  readonly #options: ThreadOptions
  readonly #mostWaiting: number
  readonly #onForeignChange: () => void
  #worker: Worker | null = null
  #starting: Promise<void> | null = null
  #waiting: Waiting[] = []
  #inFlight: readonly Waiting[] | null = null
  #scheduled = false
  #closing: (() => void) | null = null
  #closed = false

  constructor(options: ThreadOptions, mostWaiting: number, onForeignChange: () => void) {
    this.#options = options
    this.#mostWaiting = mostWaiting
    this.#onForeignChange = onForeignChange
  }

  /** Starts the storage thread. Rejects with a sentence for people when the database can't be used. */
  start(): Promise<void> {
    this.#starting ??= new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#options })
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'ready') {
          this.#worker = worker
          resolve()
        } else if (message.kind === 'cannot start') {
          reject(new Error(message.reason))
          worker.terminate().catch(reject)
        } else this.#hear(message)
      })
      // 'exit' follows; the cause goes to whoever waits for the start.
      worker.on('error', reject)
      worker.on('exit', () => {
        reject(new Error('the storage thread ended'))
        this.#ended(worker)
      })
    }).finally(() => {
      this.#starting = null
    })
    return this.#starting
  }

  /** Hands over one call. Rejects with ChatnipError `unavailable` or `disk_full`; then nothing was stored or nobody knows. */
  call<N extends CallName>(name: N, ...args: Arguments<N>): Promise<Result<N>> {
    if (this.#closed) return Promise.reject(unavailable('the store is closed'))
    if (this.#waiting.length >= this.#mostWaiting) return Promise.reject(unavailable('too many calls are waiting'))
    // Two casts that the compiler can't check: name and args belong together by this function's own signature, and the storage thread
    // answers in the order of the calls, with handlers typed by the same table.
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ call: { name, args } as Call, resolve, reject })
      this.#schedule()
    }) as Promise<Result<N>>
  }

  /** At the end of this turn of the event loop, so that everything that one poll brought in shares a batch. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight !== null) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#post()
    })
  }

  #post(): void {
    if (this.#inFlight !== null) return
    if (this.#waiting.length === 0) {
      if (this.#closing !== null) this.#send({ kind: 'close' })
      return
    }
    if (this.#worker === null) {
      this.#restart()
      return
    }
    const batch = this.#waiting.splice(0, MOST_IN_BATCH)
    this.#inFlight = batch
    this.#send({ kind: 'batch', calls: packCalls(batch.map(({ call }) => call)) })
  }

  #send(message: ToThread): void {
    this.#worker?.postMessage(message)
  }

  #hear(message: FromThread): void {
    if (message.kind === 'foreign change') this.#onForeignChange()
    else if (message.kind === 'closed') this.#worker = null
    else if (message.kind === 'done') this.#settle(unpackOutcomes(message.outcomes))
  }

  #settle(outcomes: readonly Outcome[]): void {
    const batch = this.#inFlight ?? []
    this.#inFlight = null
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index]
      if (outcome === undefined) reject(unavailable('a call got no outcome'))
      else if (outcome.ok) resolve(outcome.value)
      else reject(errorOf(outcome.failure))
    }
    if (this.#waiting.length > 0 || this.#closing !== null) this.#schedule()
  }

  /** The thread died (it should not): nobody knows what of the last batch is on disk, the ids of the messages will tell. */
  #ended(worker: Worker): void {
    if (this.#worker === worker) this.#worker = null
    for (const { reject } of this.#inFlight ?? []) reject(unavailable('the storage thread ended'))
    this.#inFlight = null
    if (this.#waiting.length > 0) this.#schedule()
    this.#closing?.()
  }

  #restart(): void {
    this.start().then(
      () => {
        this.#post()
      },
      (error: unknown) => {
        for (const { reject } of this.#waiting.splice(0)) reject(unavailable(String(error)))
      },
    )
  }

  /** Finishes what was handed over, then ends the thread. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#closed = true
    return new Promise((resolve) => {
      this.#closing = resolve
      if (this.#worker === null && this.#waiting.length === 0) resolve()
      else this.#schedule()
    })
  }
}
