import { parentPort } from 'node:worker_threads'
import { carryOut } from './tasks.ts'
import type { Task } from './tasks.ts'

/** One core: takes a task, answers with its result, takes the next. */
parentPort?.on('message', (task: Task) => {
  void carryOut(task).then((result) => parentPort?.postMessage(result))
})
