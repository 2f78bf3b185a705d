import { metBy } from '../engine/alter.ts'
import { preview } from '../engine/places.ts'
import type { KeyFacts, MessageLine, Peer, Write } from '../engine/rows.ts'
import { commit, CONVERSATIONS, ensurePeer, lower, messagesChanged, metaWrite, notify } from '../engine/turn.ts'
import { patchMeta, peerWrite, setPeer } from '../engine/turn.ts'
import type { Turn } from '../engine/turn.ts'
import type { BundledConversation } from './bundle.ts'
import type { WantRow } from './rows.ts'

/** A conversation as it was brought, with what this device itself has worked out of its keys. */
export interface Brought extends Omit<BundledConversation, 'pinned'> {
  readonly pinned: (KeyFacts & { readonly since: number }) | null
}

/**
 * Puts what was brought in before everything that is there, the newest first, each line below the one before. What this device has it keeps as it
 * is; `has` was looked up since the last batch of the inbox. All of it is one commit, with how far it is.
 */
export function merge(
  turn: Turn,
  brought: readonly Brought[],
  { has, want }: { readonly has: ReadonlySet<string>; readonly want: WantRow },
): void {
  const writes: Write[] = []
  const changed: Peer[] = []
  for (const conversation of brought) {
    const peer = knownAs(turn, conversation)
    for (const line of conversation.lines) {
      if (!has.has(identityOf(line))) writes.push(...put(turn, peer.number, { ...line, from: want.from ?? '' }))
    }
    changed.push(turn.state.peers.get(lower(peer.name)) ?? peer)
  }
  commit(
    turn,
    [...writes, ...changed.map(peerWrite), metaWrite(turn), { table: 'bringing', key: ['want'], value: want }],
    ...changed.map(messagesChanged),
    CONVERSATIONS,
    notify({ kind: 'history' }),
  )
}

export const identityOf = ({ sender, id }: Pick<MessageLine, 'sender' | 'id'>): string => `${lower(sender)} ${id}`

/** A key that another own device has pinned is pinned here, unless this one has one already. */
function knownAs(turn: Turn, { name, activeAt, pinned, compared, earlier, lifetime: seconds }: Brought): Peer {
  const peer = ensurePeer(turn, name)
  // What is said here itself comes after it.
  const isNews = peer.lifetime === undefined && seconds !== null
  const lifetime = isNews ? { lifetime: { seconds, place: { seq: -1, sub: 0 } } } : {}
  const active = { ...peer, ...lifetime, activeAt: Math.max(peer.activeAt, activeAt) }
  if (pinned === null) return setPeer(turn, active)
  if (peer.pinned === null) return setPeer(turn, { ...active, pinned, compared, earlier })
  if (peer.pinned.fingerprint !== pinned.fingerprint) return setPeer(turn, active)
  const since = Math.min(peer.pinned.since, pinned.since)
  return setPeer(turn, { ...active, pinned: { ...peer.pinned, since }, compared: peer.compared || compared })
}

function put(turn: Turn, number: number, line: MessageLine): readonly Write[] {
  const bottom = (turn.state.meta.bottom ?? 0) - 1
  patchMeta(turn, { bottom })
  const met = metBy(turn, number, line)
  const key = [number, bottom, 0]
  const peer = [...turn.state.peers.values()].find((one) => one.number === number)
  if (peer?.last === null) setPeer(turn, { ...peer, last: { place: { seq: bottom, sub: 0 }, line: preview(met.line) } })
  return [
    { table: 'messages', key, value: met.line },
    { table: 'ids', key: [lower(line.sender), line.id], value: { line: key } },
    ...met.writes,
  ]
}
