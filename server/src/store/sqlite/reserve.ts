import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const BLOCK = 1024 * 1024
const BLOCKS = 16

/**
 * Room that is kept back on the disk, as a file beside the database. Forgetting a message has to be written down too; when the disk is full
 * this file makes way, so that mailboxes can be emptied while nothing new is accepted (delivery promise P9).
 */
export class Reserve {
  readonly #path: string

  /** @param file the database's path; the reserve is `<file>.reserve` */
  constructor(file: string) {
    this.#path = `${file}.reserve`
  }

  #isThere(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.size === BLOCK * BLOCKS
  }

  /**
   * Takes the room if it is not taken and the disk has twice as much to spare. A disk that doesn't give it is no error.
   * @returns whether the room is there now
   */
  fill(): boolean {
    if (this.#isThere()) return true
    const { bavail, bsize } = statfsSync(dirname(this.#path))
    if (bavail * bsize < 2 * BLOCK * BLOCKS) return false
    try {
      this.#write()
      return true
    } catch {
      this.release()
      return false
    }
  }

  #write(): void {
    // Random, because some file systems store zeros as nothing.
    const block = randomFillSync(Buffer.alloc(BLOCK))
    const descriptor = openSync(this.#path, 'w', 0o600)
    try {
      for (let index = 0; index < BLOCKS; index += 1) writeSync(descriptor, block)
    } finally {
      closeSync(descriptor)
    }
  }

  /** Gives the room back. False when there was none. */
  release(): boolean {
    const wasThere = this.#isThere()
    rmSync(this.#path, { force: true })
    return wasThere
  }
}
