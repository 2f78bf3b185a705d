import type { Choices, PeopleBody, Said } from './choices.ts'
import type { Peer } from './rows.ts'
import { commit, lower, metaWrite, patchMeta, peerWrite, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

export const withTold = (peer: Peer, { about, n, by }: Said): Peer => {
  const known = peer.choices?.[about]
  if (known?.n !== n || known.by !== by) return peer
  return { ...peer, choices: { ...peer.choices, [about]: { ...known, told: true } } as Choices }
}

/** The server has it. */
export function onPeopleTold(turn: Turn, { ask, choices }: PeopleBody): void {
  const peers = choices.flatMap((said) => {
    const peer = turn.state.peers.get(lower(said.name))
    return peer === undefined ? [] : [setPeer(turn, withTold(peer, said))]
  })
  const { owes, ...people } = turn.state.meta.people ?? {}
  const isMore = turn.state.service.some(({ body }) => body.type === 'people')
  patchMeta(turn, {
    people: {
      ...people,
      ...(ask === true ? { asked: true } : {}),
      ...(owes === true && isMore ? { owes } : {}),
    },
  })
  commit(turn, [...peers.map(peerWrite), metaWrite(turn)])
}
