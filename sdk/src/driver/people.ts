import { choose, goOnWithPeople, onCleared, onPeopleTold } from '../engine/people.ts'
import type { ChoiceOf } from '../engine/people.ts'
import { plugInPeople } from '../engine/people-part.ts'
import type { Peer, Write } from '../engine/rows.ts'
import type { Turn } from '../engine/turn.ts'
import type { Driver } from './driver.ts'
import type { SealedRows } from './vault.ts'

plugInPeople({ onPeopleTold })

const PAGE = 500

interface Ports {
  readonly driver: Driver
  readonly vault: SealedRows
}

const apply = (driver: Driver, change: (turn: Turn) => void): Promise<string> =>
  driver.call({ type: 'apply', change, batches: null })

/** Resolves when it is on disk. */
export async function decide({ driver }: Ports, choice: { readonly name: string } & ChoiceOf): Promise<void> {
  await apply(driver, (turn) => choose(turn, choice))
}

/** Carries out what was decided elsewhere, tells what was decided here, and takes what was thrown away from the disk. */
export async function goOn(ports: Ports): Promise<void> {
  await apply(ports.driver, goOnWithPeople)
  for (const peer of ports.driver.shown.peers.values()) if (peer.cleared !== undefined) await clear(ports, peer)
}

async function clear({ driver, vault }: Ports, { number, cleared }: Peer): Promise<void> {
  if (cleared === undefined) return
  for (let isMore = true; isMore;) {
    const range = { from: [number], to: [number, cleared.seq, cleared.sub + 1], limit: PAGE }
    const rows = await vault.scan('messages', range)
    const writes = rows.map(({ key }): Write => ({ table: 'messages', key, value: null }))
    if (writes.length > 0) await driver.write(writes)
    isMore = rows.length === PAGE
  }
  await apply(driver, (turn) => onCleared(turn, number, cleared))
}
