import { DatabaseSync } from 'node:sqlite'
import { isBusy } from './failures.ts'
import { makePrivateFile } from '../files.ts'

/**
 * Sees to it that one database has one server. The lock is SQLite's own exclusive lock on an empty file beside the database: the kernel
 * takes it away when the process dies, however it dies, so there is no stale one, and process numbers (which containers reuse) play no part.
 *
 * @param file the database's path; the lock is `<file>.lock`
 * @param taken what to say when another server holds it
 * @returns a function that lets go
 * @throws Error with a sentence for people when another server holds it
 */
export function lockForServer(
  file: string,
  taken = `Another Chatnip server is already using the database ${file}. Stop it first, or give this one a data folder of its own (CHATNIP_DATA).`,
): () => void {
  const path = `${file}.lock`
  makePrivateFile(path)
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    // With its journal in memory the transaction makes no file beside the lock.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    if (!isBusy(error)) throw error
    throw new Error(taken, { cause: error })
  }
  return () => {
    lock.close()
  }
}
