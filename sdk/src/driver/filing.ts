import { ChatnipError } from '@chatnip/protocol'
import type { FileInfo } from '../engine/files.ts'
import type { FileAnswer, FileToSend } from '../file-views.ts'
import type { MessageRef } from '../messenger.ts'
import type { Clock, Randomness } from '../ports.ts'
import type { Driver } from './driver.ts'
import type { SealedRows } from './vault.ts'

/** What brings files to the server and from there. */
export interface Filing {
  /** Something may be to be done. */
  poke(): void
  /**
   * Keeps the files on this device's disk, then has `put` put their message into the outbox.
   * @param id of the message: what is asked for again while it is under way is the same message
   */
  keep(id: string, files: readonly FileToSend[], put: (kept: readonly FileInfo[]) => Promise<string>): Promise<string>
  open(message: MessageRef, id: string): Promise<FileAnswer>
  stopOne(id: string): void
  stop(): void
}

export interface FilingPorts {
  readonly vault: SealedRows
  readonly driver: Driver
  readonly clock: Clock
  readonly random: Randomness
  readonly own: { readonly username: string }
  /** So much of a file, in bytes of its sealed form, has been sent or fetched. */
  readonly moved: (id: string, done: number, of: number) => void
}

export interface FilingOf {
  /** The same rows; what is written through them is watched for messages that carry files. */
  watched(rows: SealedRows, onGone: () => void): SealedRows
  begin(ports: FilingPorts): Filing
}

const no = () => Promise.reject(new ChatnipError('unavailable'))

/** For a device that has none. */
export const NO_FILING: Filing = {
  poke: () => undefined,
  keep: no,
  open: no,
  stopOne: () => undefined,
  stop: () => undefined,
}
