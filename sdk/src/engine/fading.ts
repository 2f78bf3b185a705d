import { noteLine, withoutLast } from './alter.ts'
import { chainOf, isStored, withdrawal } from './chains.ts'
import { uncountExpired } from './expired.ts'
import { isSteady } from './fading-clock.ts'
import { armFading, lookAtTime, stopFading } from './fading-rows.ts'
import type { FadingRow, Line, Peer, Write } from './rows.ts'
import { holds } from './spans.ts'
import { commit, CONVERSATIONS, isOwn, messagesChanged, metaWrite, peerOf, peerWrite } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Takes the messages away whose time is over: their rows, what the list tells of them, and what acts would find of them. Their ids stay, so
 * that none is shown again.
 * - Whoever asks for one again is told that it was taken away: that is no gap to anybody.
 * - Of an own one that no device of the addressee has told of, a line without words stays, until one does.
 */
export function sweep(turn: Turn, isStart: boolean): void {
  if (turn.state.fading.size === 0) return
  const before = turn.state.meta.fading
  const lived = lookAtTime(turn, isStart)
  const over = [...turn.state.fading.values()].filter(({ ends }) => ends !== null && ends <= lived)
  const writes = over.flatMap((row) => fade(turn, row))
  const peers = [...new Set(over.map(({ key }) => Number(key[0])))].flatMap((number) => peerOf(turn, number) ?? [])
  // What a leap came to, and for how long the clock has been behind, must be known after the next start: there the whole leap would count.
  const hasLeapt = !isStart && before !== undefined && !isSteady(before, turn.now)
  if (over.length > 0 || hasLeapt || (turn.state.meta.fading?.behind ?? 0) > 0)
    commit(turn, [...writes, ...peers.map(peerWrite), metaWrite(turn)], ...peers.map(messagesChanged), CONVERSATIONS)
  armFading(turn)
}

function fade(turn: Turn, row: FadingRow): readonly Write[] {
  const { key, sender, id, own, link } = row
  const removal = stopFading(turn, key)
  const peer = peerOf(turn, Number(key[0]))
  if (peer === undefined) return removal
  noteLine(turn, { sender, id }, { key, line: null })
  const chain = link === undefined ? undefined : chainOf(turn, peer.number, link.chain)
  const isCounted = own && link !== undefined && holds(chain?.expired ?? [], link.n)
  withoutLast(turn, { number: peer.number, line: { sender, id }, before: null })
  return [
    ...removal,
    { table: 'messages', key, value: isUntold(turn, peer, row) ? untold(turn, row) : null },
    { table: 'ids', key: [sender, id], value: { line: null } },
    ...(isCounted ? uncountExpired(turn, peer, { link, state: 'expired' }) : []),
    // Only the device that sent it is asked for it.
    ...(chain?.whose === 'own' ? withdrawal(peer.number, row) : []),
  ]
}

/** Nobody has said that it came, although they say such things, or were never heard of. */
function isUntold(turn: Turn, { name, number, many }: Peer, { own, link }: FadingRow): boolean {
  const chains = [...turn.state.chains.values()].filter((one) => one.number === number)
  const chain = chains.find((one) => one.chain === link?.chain)
  if (!own || link === undefined || many !== undefined || isOwn(turn, name)) return false
  const speaks = chains.some(({ whose, stored }) => whose !== 'contact' && stored > 0)
  const isSilent = chains.every(({ whose }) => whose !== 'contact')
  return !isStored(chain, link.n) && (speaks || isSilent)
}

const untold = ({ now }: Turn, { link }: FadingRow): Line | null =>
  link === undefined ? null : { kind: 'notice', notice: 'ended', at: now, chain: link.chain, n: link.n }
