import { parentPort, workerData } from 'node:worker_threads'
import type { FromThread, ToThread } from './calls.ts'
import { Engine } from './engine.ts'
import { lockForServer } from './lock.ts'
import type { ThreadOptions } from './options.ts'
import { packOutcomes, unpackCalls } from './wire.ts'

/** The storage thread: takes a batch, answers when it is on disk, and waits for the next. */

function start(options: ThreadOptions, tell: (message: FromThread) => void): (message: ToThread) => void {
  const unlock = options.role === 'server' ? lockForServer(options.file) : () => {}
  const engine = openOrUnlock(options, unlock)
  const tellForeign = (): void => {
    if (engine.sawForeignChange()) tell({ kind: 'foreign change' })
  }
  const timer = setInterval(tellForeign, options.foreignCheckMilliseconds)
  return (message) => {
    if (message.kind === 'batch') {
      tell({ kind: 'done', outcomes: packOutcomes(engine.run(unpackCalls(message.calls))) })
      engine.tidy()
      return
    }
    clearInterval(timer)
    engine.close()
    unlock()
    tell({ kind: 'closed' })
    parentPort?.close()
  }
}

function openOrUnlock(options: ThreadOptions, unlock: () => void): Engine {
  try {
    return new Engine(options)
  } catch (error) {
    unlock()
    throw error
  }
}

function main(options: ThreadOptions): void {
  const port = parentPort
  if (port === null) throw new Error('worker.ts is started as a worker thread')
  const tell = (message: FromThread): void => {
    port.postMessage(message)
  }
  try {
    port.on('message', start(options, tell))
    tell({ kind: 'ready' })
  } catch (error) {
    tell({ kind: 'cannot start', reason: error instanceof Error ? error.message : String(error) })
  }
}

main(workerData)
