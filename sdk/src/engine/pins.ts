import type { KeyFacts, Peer, Write } from './rows.ts'
import { isOwn, metaWrite, patchMeta, peerWrite, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * Takes a presented key to heart and returns what is to be written.
 * - At first contact it is pinned.
 * - A changed key is told in the conversation, once.
 * - It takes the old one's place at once, unless the old one was compared in person, or nothing can be sealed for the new one (then
 *   a server could turn encryption off by itself): such a key waits for the person's word.
 * @param beforeSeq the notice stands just before this place seq; null: after everything that is there
 */
export function adoptKey(turn: Turn, peer: Peer, facts: KeyFacts, beforeSeq: number | null): readonly Write[] {
  if (peer.pinned === null) {
    return [peerWrite(setPeer(turn, { ...peer, pinned: { ...facts, since: turn.now } }))]
  }
  if (peer.pinned.fingerprint === facts.fingerprint) return forgetCandidate(turn, peer)
  if (isOwn(turn, peer.name) || peer.candidate?.fingerprint === facts.fingerprint) return []
  const mustConfirm = peer.compared || (peer.pinned.canSeal && !facts.canSeal)
  const changed = setPeer(turn, {
    ...peer,
    keyChanged: true,
    ...(mustConfirm ? { candidate: facts } : movePin(turn, peer, facts)),
  })
  return [peerWrite(changed), ...notice(turn, changed, beforeSeq)]
}

/** So many keys that somebody had before are remembered. */
const EARLIER_KEYS = 3

function movePin(turn: Turn, peer: Peer, facts: KeyFacts): Pick<Peer, 'pinned' | 'earlier' | 'candidate'> {
  const before = [...(peer.pinned === null ? [] : [peer.pinned.publicKey]), ...(peer.earlier ?? [])]
  const earlier = [...new Set(before)].filter((key) => key !== facts.publicKey).slice(0, EARLIER_KEYS)
  return { pinned: { ...facts, since: turn.now }, earlier, candidate: null }
}

/** The server has gone back to the known key before anybody confirmed the other one. */
const forgetCandidate = (turn: Turn, peer: Peer): readonly Write[] =>
  peer.candidate === null ? [] : [peerWrite(setPeer(turn, { ...peer, candidate: null, keyChanged: false }))]

function notice(turn: Turn, peer: Peer, beforeSeq: number | null): readonly Write[] {
  const { top, sub } = turn.state.meta
  patchMeta(turn, { sub: sub + 1 })
  const seq = beforeSeq === null ? top : beforeSeq - 1
  const value = { kind: 'notice', notice: 'key changed', at: turn.now } as const
  return [{ table: 'messages', key: [peer.number, seq, sub + 1], value }, metaWrite(turn)]
}

/** The person goes on with the new key: it is pinned, and nobody has compared it yet. */
export function confirmKey(turn: Turn, peer: Peer): Peer {
  const { candidate } = peer
  if (candidate === null) return setPeer(turn, { ...peer, keyChanged: false })
  return setPeer(turn, { ...peer, ...movePin(turn, peer, candidate), keyChanged: false, compared: false })
}
