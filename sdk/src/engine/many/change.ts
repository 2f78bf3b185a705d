import type { Place } from '../../messenger.ts'
import type { After } from '../events.ts'
import { ownChain, keepChain } from '../chains.ts'
import { dropGroup, dropGroupsOf, forgetOldGroups, keepGroup } from '../groups.ts'
import type { Peer, Write } from '../rows.ts'
import type { Group } from '../state.ts'
import { CONVERSATIONS, isOwn, lower, messagesChanged, metaWrite, patchMeta, peerWrite, setPeer } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { roleOf } from './info.ts'
import { sameInfo } from './value.ts'
import type { Info } from './info.ts'
import { newsOf } from './news.ts'
import type { News } from './news.ts'
import { manyOf } from './peers.ts'
import { armTidy } from './wishes.ts'

/** What a group of many becomes, by an own commit or by somebody's. */

interface Applied {
  readonly peer: Peer
  readonly info: Info
  /** The account that did it, in lower case. */
  readonly by: string
  readonly place: Place
  readonly isNew: boolean
}

/** Takes over what the group is now, and notes what happened. @returns what puts that on disk */
export function applyInfo(turn: Turn, { peer, info, by, place, isNew }: Applied): readonly Write[] {
  const before = manyOf(turn, peer)
  const own = lower(turn.state.own.username)
  const isIn = roleOf(info, own) !== null
  const news = newsOf(isNew ? null : (before?.info ?? null), info, by)
  const chains = before === null ? [] : noteNewcomers(turn, peer.number, before.info, info)
  const known = turn.state.peers.get(lower(peer.name)) ?? peer
  const activeAt = news.length > 0 ? Math.max(known.activeAt, turn.now) : known.activeAt
  const changed = setPeer(turn, {
    ...known,
    activeAt,
    many: { info, isIn, wishes: isIn ? (before?.wishes ?? []) : [] },
  })
  const gone = isIn ? [] : dropGroupsOf(turn, peer.number)
  return [
    ...news.flatMap((one) => noteNews(turn, changed, { by, news: one, place })),
    ...chains,
    ...gone,
    peerWrite(changed),
  ]
}

/** @returns the notice's row, just behind the place */
export function noteNews(
  turn: Turn,
  { number }: Peer,
  { by, news, place }: { readonly by: string; readonly news: News; readonly place: Place },
): readonly Write[] {
  const sub = turn.state.meta.sub + 1
  patchMeta(turn, { sub })
  const value = { kind: 'notice', notice: 'group', at: turn.now, by, news } as const
  return [{ table: 'messages', key: [number, place.seq, sub], value }]
}

/** What this device has said so far was not for them. */
function noteNewcomers(turn: Turn, number: number, before: Info, after: Info): readonly Write[] {
  const own = ownChain(turn, number)
  const fresh = after.members
    .map(({ account }) => account)
    .filter((account) => roleOf(before, account) === null && !isOwn(turn, account))
  if (own === undefined || fresh.length === 0) return []
  const told = { from: own.n + 1, stored: own.n, unsure: [], read: own.n }
  const each = { ...own.each, ...Object.fromEntries(fresh.map((account) => [account, told])) }
  return [keepChain(turn, { ...own, each })]
}

interface Adoption {
  readonly peer: Peer
  /** With the commit that was accepted, and as it is after it. */
  readonly before: Group
  readonly group: Group
  readonly secrets: readonly Write[]
}

/** An own commit was accepted, and all that stands before it has been read. @returns what to write and what follows that */
export function adoptInMany(turn: Turn, adoption: Adoption): [readonly Write[], ...After[]] {
  const { peer, before, group, secrets } = adoption
  const { pending } = before
  const many = manyOf(turn, peer)
  if (many === null || pending?.info === undefined) return [[...secrets, keepGroup(turn, group), metaWrite(turn)]]
  const isBeginning = pending.kind === 'begin'
  const isLate = isBeginning ? !sameInfo(many.info, pending.info) : before.version !== many.info.version
  // Somebody's change took its place before this: everybody else leaves this out too.
  if (!many.isIn || isLate) return [late(turn, adoption, isBeginning)]
  const { info } = pending
  const kept = keepGroup(turn, { ...group, version: info.version })
  const wishes = many.wishes.filter((one) => JSON.stringify(one) !== JSON.stringify(pending.wish))
  setPeer(turn, { ...peer, many: { ...many, wishes } })
  const by = lower(turn.state.own.username)
  const isNew = isBeginning && isFirst(turn, group)
  const place = before.news ?? { seq: turn.state.meta.top, sub: 0 }
  const writes = applyInfo(turn, { peer, info, by, place, isNew })
  if (many.isIn) armTidy(turn, group)
  const old = isBeginning ? forgetOldGroups(turn, group.number) : []
  // Behind `kept`: whoever has left has no groups any more.
  return [[...secrets, kept, ...writes, ...old, metaWrite(turn)], messagesChanged(peer), CONVERSATIONS]
}

function late(turn: Turn, { before, group, secrets }: Adoption, isBeginning: boolean): readonly Write[] {
  if (isBeginning) return [...secrets, ...dropGroup(turn, before.id), metaWrite(turn)]
  return [...secrets, keepGroup(turn, { ...group, isBroken: true }), metaWrite(turn)]
}

const isFirst = (turn: Turn, { id, number }: Group): boolean =>
  [...turn.state.groups.values()].every((one) => one.number !== number || one.id === id || one.place === null)
