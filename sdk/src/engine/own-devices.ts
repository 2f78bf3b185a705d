import { beginAfresh } from './afresh.ts'
import { currentGroup } from './groups.ts'
import { ownIn } from './own-leaves.ts'
import type { Group } from './state.ts'
import { addWish } from './many/wishes.ts'
import { commit, patch } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * The account's own devices, as the server names them on each new line: whoever was taken off the account leaves every group, and a new
 * device is brought into those where something has been going on lately, before anybody writes what it could not read.
 */

/** So many conversations are begun afresh for a new device, the latest; in the others it asks for what it cannot read. */
const MOST_AFRESH = 20

export function onDevices(turn: Turn, devices: readonly string[] | null): void {
  // A list without this device is about somebody else.
  if (devices === null || !devices.includes(turn.state.own.deviceId)) return
  const gone = turn.state.known.filter((device) => !devices.includes(device))
  patch(turn, { devices, gone, known: [] })
  bringIn(turn, devices)
  if (gone.length > 0) wishOut(turn, gone)
}

/** In groups of many, where what is to be changed is wished. */
function wishOut(turn: Turn, gone: readonly string[]): void {
  for (const peer of turn.state.peers.values()) {
    const group = peer.many?.isIn === true ? currentGroup(turn, peer) : null
    const devices =
      group === null ? [] : ownIn(turn, group).flatMap(({ device }) => (gone.includes(device) ? device : []))
    if (devices.length > 0) commit(turn, addWish(turn, peer, { type: 'gone', devices }))
  }
}

function bringIn(turn: Turn, devices: readonly string[]): void {
  const latest = [...turn.state.peers.values()]
    .filter(({ activeAt, many }) => activeAt > 0 && many === undefined)
    .toSorted((a, b) => b.activeAt - a.activeAt)
  for (const peer of latest.slice(0, MOST_AFRESH)) {
    const group = currentGroup(turn, peer)
    const place = group?.place ?? null
    if (group === null || place === null || newcomers(turn, group, devices).length === 0) continue
    beginAfresh(turn, peer.number, place)
  }
}

const newcomers = (turn: Turn, group: Group, devices: readonly string[]): readonly string[] => {
  const known = new Set([...ownIn(turn, group).map(({ device }) => device), ...(group.lacking ?? [])])
  return devices.filter((device) => !known.has(device))
}
