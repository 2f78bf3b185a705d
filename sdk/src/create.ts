import { fingerprint } from '@chatnip/crypto'
import { ChatnipError } from '@chatnip/protocol'
import { unpackKeys } from './device-keys.ts'
import { cipherOf } from './driver/cipher.ts'
import type { BringerOf } from './driver/bringing.ts'
import type { FilingOf } from './driver/filing.ts'
import { startEngine } from './driver/messenger.ts'
import { Vault } from './driver/vault.ts'
import type { Historian, Messenger } from './messenger.ts'
import type { Clock, Randomness, Stores, Transport } from './ports.ts'

export interface MessengerPorts {
  readonly transport: Transport
  /** The stores of the account that is signed in here. */
  readonly stores: Stores
  readonly clock: Clock
  readonly random: Randomness
  /** True: conversations with forward secrecy (decision 0019), and groups of many. Without it nothing but envelopes. */
  readonly hasGroups?: boolean
  /** True: the first messages of strangers wait as requests (decision 0025). Without it everybody is answered, as by a program. */
  readonly holdsStrangers?: boolean
  /** What brings the history of the account between its devices (`historyOver`, decision 0023). Without it nobody asks, and nobody gives. */
  readonly history?: BringerOf
  /** What lets messages carry files (`filesOver`, decision 0024). Without it none can be sent or opened. */
  readonly files?: FilingOf
}

/**
 * Starts the engine of the account whose keys lie in `stores`. Works without a network; one engine per stores at a time. After
 * somebody signed in again (new session, new keys), stop it and make a new one.
 * @throws ChatnipError not_signed_in when there are no keys
 * @throws DamagedRow when what lies there cannot be read
 */
export async function createMessenger(ports: MessengerPorts): Promise<Messenger & Historian> {
  const { transport, stores, clock, random, hasGroups = false, holdsStrangers = false, history, files } = ports
  const record = await stores.keys.load()
  const keys = record === null ? null : await unpackKeys(record)
  if (keys === null) throw new ChatnipError('not_signed_in')
  if (keys.session !== null) transport.setSession(keys.session)
  const vault = new Vault(stores.rows, keys)
  const { username, deviceId, identity } = keys
  const { publicKey } = identity
  const earlier = await Promise.all(keys.earlier.map((one) => fingerprint(one.publicKey)))
  const profile = { username, deviceId, publicKey, fingerprint: await fingerprint(publicKey), earlier, holdsStrangers }
  const more = { ...(history === undefined ? {} : { history }), ...(files === undefined ? {} : { files }) }
  return startEngine({ transport, vault, profile, cipher: cipherOf(keys, hasGroups), clock, random, ...more })
}
