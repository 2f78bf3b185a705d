import type { Cipher } from '../driver/cipher.ts'
import type { Driver } from '../driver/driver.ts'
import type { SealedRows } from '../driver/vault.ts'
import type { Write } from '../engine/rows.ts'
import type { BlobTransport, Clock, Randomness } from '../ports.ts'
import type { BringingBody } from './words.ts'

/** What both sides work with. */
export interface Desk {
  readonly vault: SealedRows
  readonly transport: BlobTransport
  readonly cipher: Pick<Cipher, 'factsOf'>
  readonly clock: Clock
  readonly random: Randomness
  readonly driver: Driver
  readonly own: { readonly username: string; readonly deviceId: string }
  /** Resolves when the server has it. @throws Error when there is no line */
  readonly say: (body: BringingBody) => Promise<void>
  readonly write: (...writes: readonly Write[]) => Promise<void>
  readonly pause: (ms: number) => Promise<void>
  /** Looks again after so long, should nothing happen before. */
  readonly lookIn: (ms: number) => void
}

export type DeskPorts = Omit<Desk, 'say' | 'write' | 'pause' | 'lookIn'> & { readonly changed: () => void }
