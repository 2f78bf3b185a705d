import { earlyKey, noteLine, withoutReacted } from './alter.ts'
import { keepChain } from './chains.ts'
import { isNewer, MOST_SAID, readPeople } from './choices.ts'
import type { Choice, Choices, PeopleBody, Said, Standing } from './choices.ts'
import { stopFading } from './fading-rows.ts'
import type { Peer, Write } from './rows.ts'
import { welcome } from './strangers.ts'
import { pump } from './outbox.ts'
import { armGaps, armReceipts, tell } from './tell.ts'
import { commit, CONVERSATIONS, ensurePeer, isOwn, lower, messagesChanged, metaWrite } from './turn.ts'
import { patch, patchMeta, peerWrite, setPeer } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * What a person decided about others, and how their devices come to the same.
 * - A decision is on disk before anything follows from it, and stays marked as untold until the server has it for the other own devices.
 * - A new device asks for all of them, once; whoever is asked owes the answer until the server has that.
 */

/** A person decides here, about anybody but themselves. */
export function choose(turn: Turn, { name, ...choice }: { readonly name: string } & ChoiceOf): void {
  const peer = ensurePeer(turn, name)
  const n = (peer.choices?.[choice.about]?.n ?? 0) + 1
  const last = choice.about === 'standing' && peer.last !== null ? { last: peer.last.line.id } : {}
  const said = { name: peer.name, ...choice, ...last, n, by: turn.state.own.deviceId } as Said
  const { peer: decided, writes } = take(turn, peer, said)
  commit(turn, [...writes, peerWrite(decided)], messagesChanged(decided), CONVERSATIONS)
  tellPeople(turn)
  listenAgain(turn)
}

/** Whoever was accepted may hear now what has come from them. */
function listenAgain(turn: Turn): void {
  armReceipts(turn)
  armGaps(turn)
  pump(turn)
}

export type ChoiceOf =
  | { readonly about: 'standing'; readonly value: Standing }
  | { readonly about: 'muted'; readonly value: number }

interface Taken {
  readonly peer: Peer
  readonly writes: readonly Write[]
}

function take(turn: Turn, peer: Peer, said: Said): Taken {
  const { n, by } = said
  const last = said.about === 'standing' && said.last !== undefined ? { last: said.last } : {}
  const choice: Choice<unknown> = { value: said.value, n, by, ...last }
  const choices = { ...peer.choices, [said.about]: choice } as Choices
  const known = setPeer(turn, { ...peer, choices })
  if (said.about === 'muted') return { peer: known, writes: [] }
  return stand(turn, known, said)
}

function stand(turn: Turn, peer: Peer, { value, last }: Extract<Said, { readonly about: 'standing' }>): Taken {
  if (value === 'accepted') return { peer: welcome(turn, peer), writes: [] }
  const silenced = silence(turn, peer)
  if (value === 'blocked') {
    const seen = setPeer(turn, { ...peer, unread: 0 })
    return peer.asks === true ? clear(turn, seen, silenced) : { peer: seen, writes: silenced }
  }
  // What has come since was not thrown away with it.
  const isSame = peer.asks === true && peer.last?.line.id === last
  return isSame ? clear(turn, peer, silenced) : { peer, writes: [] }
}

/** What has come so far is not told to its sender any more, not even later. */
const silence = (turn: Turn, { number }: Peer): readonly Write[] =>
  [...turn.state.chains.values()]
    .filter((chain) => chain.number === number && chain.whose === 'contact' && chain.told < chain.news)
    .map((chain) => keepChain(turn, { ...chain, told: chain.news }))

/** A request goes. Its lines are taken from the disk by whoever drives the engine (`cleared`). */
function clear(turn: Turn, peer: Peer, writes: readonly Write[]): Taken {
  const { number } = peer
  const { top, sub } = turn.state.meta
  const { asks: _, ...rest } = withoutReacted(peer)
  const cleared = { seq: top, sub }
  const empty = setPeer(turn, { ...rest, last: null, unread: 0, activeAt: 0, cleared })
  for (const [ref, { key }] of turn.state.lines) {
    const [sender = '', id = ''] = ref.split(' ')
    if (key[0] === number) noteLine(turn, { sender, id }, { key, line: null })
  }
  const fading = [...turn.state.fading.values()].filter(({ key }) => key[0] === number)
  return {
    peer: empty,
    writes: [...writes, ...fading.flatMap(({ key }) => stopFading(turn, key)), ...withoutEarly(turn, number)],
  }
}

function withoutEarly(turn: Turn, number: number): readonly Write[] {
  const gone = [...turn.state.early.values()].filter((row) => row.number === number)
  const early = new Map(turn.state.early)
  for (const row of gone) early.delete(earlyKey(row))
  patch(turn, { early })
  return gone.map(({ slot }) => ({ table: 'early', key: [number, slot], value: null }))
}

/** The lines are gone from the disk. */
export function onCleared(turn: Turn, number: number, cleared: NonNullable<Peer['cleared']>): void {
  const peer = [...turn.state.peers.values()].find((one) => one.number === number)
  if (peer?.cleared?.seq !== cleared.seq || peer.cleared.sub !== cleared.sub) return
  const { cleared: _, ...rest } = peer
  commit(turn, [peerWrite(setPeer(turn, rest))], messagesChanged(rest))
}

/** Carries out what other own devices have said, and says what is to be said. */
export function goOnWithPeople(turn: Turn): void {
  const { heard, ...people } = turn.state.meta.people ?? {}
  if (heard !== undefined) {
    patchMeta(turn, { people })
    const writes = heard.flatMap((body) => hearPeople(turn, readPeople(body)))
    commit(turn, [...writes, metaWrite(turn)], ...(writes.length === 0 ? [] : [CONVERSATIONS]))
  }
  tellPeople(turn)
  listenAgain(turn)
}

function hearPeople(turn: Turn, body: PeopleBody | null): readonly Write[] {
  if (body?.ask === true) patchMeta(turn, { people: { ...turn.state.meta.people, owes: true } })
  return (body?.choices ?? []).flatMap((said) => {
    const peer = ensurePeer(turn, said.name)
    const isOfNobody = said.about === 'standing' && isOwn(turn, said.name)
    if (isOfNobody || !isNewer(said, peer.choices?.[said.about])) return []
    const { peer: decided, writes } = take(turn, peer, said)
    // The server has it: that is where it came from.
    return [...writes, peerWrite(setPeer(turn, withTold(decided, said)))]
  })
}

/** Says what has not been said yet; where a new device has asked, all. */
function tellPeople(turn: Turn): void {
  const { own, meta } = turn.state
  if (turn.state.line.phase !== 'online') return
  const { owes, asked } = meta.people ?? {}
  const peers = [...turn.state.peers.values()]
  const untold = peers.flatMap((peer) => saidOf(turn, peer, owes === true))
  const ask = own.holdsStrangers === true && asked !== true ? ({ ask: true } as const) : {}
  if (untold.length === 0 && ask.ask === undefined) return answered(turn)
  for (let from = 0; from === 0 || from < untold.length; from += MOST_SAID) {
    const first = from === 0 ? ask : {}
    const body: PeopleBody = { type: 'people', ...first, choices: untold.slice(from, from + MOST_SAID) }
    tell(turn, { to: lower(own.username), body, about: { number: 0, news: 0 } })
  }
}

/** Nobody decided anything, so there is nothing to answer. */
function answered(turn: Turn): void {
  const { people } = turn.state.meta
  if (people?.owes !== true) return
  const { owes: _, ...rest } = people
  patchMeta(turn, { people: rest })
  commit(turn, [metaWrite(turn)])
}

/** @param isAll also what was told already, and who is no stranger without anybody having said so */
function saidOf(turn: Turn, { name, choices = {}, asks, activeAt, many }: Peer, isAll: boolean): readonly Said[] {
  const { standing, muted } = choices
  const isWanted = (choice: Choice<unknown> | undefined) => choice !== undefined && (isAll || choice.told !== true)
  const said: Said[] = []
  const isFriend = isAll && asks !== true && activeAt > 0 && many === undefined && !isOwn(turn, name)
  // Whose request was thrown away, and who was written to since, is no stranger to a new device either.
  if (isFriend && (standing === undefined || standing.value === 'deleted'))
    said.push({ name, about: 'standing', value: 'accepted', n: standing === undefined ? 0 : standing.n + 1, by: '' })
  else if (standing !== undefined && isWanted(standing)) {
    const { value, n, by, last } = standing
    said.push({ name, about: 'standing', value, n, by, ...(last === undefined ? {} : { last }) })
  }
  if (muted !== undefined && isWanted(muted)) {
    const { value, n, by } = muted
    said.push({ name, about: 'muted', value, n, by })
  }
  return said
}

const withTold = (peer: Peer, { about, n, by }: Said): Peer => {
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
