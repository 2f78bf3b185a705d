import type { Argon2 } from '@chatnip/crypto'
import type { Stores, Transport } from '../ports.ts'

/** What the account flows need. */
export interface AccountPorts {
  readonly transport: Transport
  /** The stores of one local profile, by `profileName`. Opening makes them when they are not there. */
  readonly openStores: (profile: string) => Promise<Stores>
  /** Runs Argon2id elsewhere, for instance in a worker. */
  readonly argon2?: Argon2
  /** Solves a proof of work elsewhere. Takes the challenge, gives the solution, both as the API's texts. */
  readonly solve?: Solve
}

export type Solve = (challenge: string) => Promise<string>

/**
 * The name of an account's local profile: each account has its own database on this device, so signing in under another name
 * erases nothing. A hash, so that a list of databases is not a list of names.
 */
export async function profileName(username: string): Promise<string> {
  const bytes = new TextEncoder().encode(`chatnip profile ${username.toLowerCase()}`)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return `chatnip-${Array.from(hash.subarray(0, 10), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
