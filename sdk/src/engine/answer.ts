import { advancedOwn, chainKey, chainOf, chainWith, keepChain, ownChain } from './chains.ts'
import type { Event, Recalled, ToRecall } from './events.ts'
import { quotable } from './content.ts'
import type { Content } from './content.ts'
import { toldOf } from './files.ts'
import type { ActLine, Chain, LinkRow, MessageLine, Peer, SealedLink, SettingLine, Write } from './rows.ts'
import type { Ask, GoneWhy, Receipt } from './service.ts'
import { both, countOf, joined, numbersOf, span, without } from './spans.ts'
import type { Spans } from './spans.ts'
import { pumpService, tell } from './tell.ts'
import { groupPart } from './part.ts'
import { commit, effect, isOwn, lower, patch, peerOf, pinOf } from './turn.ts'
import type { Turn } from './turn.ts'

/**
 * What this device has sent and others speak of: what they have stored, and what they ask for again.
 * - A message is given again only for the very key that it was first sealed for: whoever comes with another key gets nothing.
 * - At most a hundred for one question, each three times in all and once in ten seconds.
 */
const MOST_AT_ONCE = 100
const MOST_AGAIN = 3
const PAUSE_MS = 10_000
const MOST_UNSURE = 200
const OFFER_AFTER_HEADS = 2

/**
 * "I have these." Only ever more is stored; what lies beyond what was sent is not believed.
 * @returns what to write, whether anything became known, and how many that had expired have arrived after all
 */
export function takeReceipt(
  turn: Turn,
  peer: Peer,
  receipt: Receipt,
): { readonly writes: readonly Write[]; readonly isNews: boolean; readonly arrived: number } {
  const chain = chainWith(turn, peer, receipt.chain)
  if (chain === undefined || chain.whose === 'contact' || receipt.n > chain.n)
    return { writes: [], isNews: false, arrived: 0 }
  const many = peerOf(turn, chain.number)?.many
  if (many !== undefined) {
    const teller = { chain, info: many.info, account: lower(peer.name) }
    return groupPart()?.takeReceiptInMany(turn, teller, receipt) ?? { writes: [], isNews: false, arrived: 0 }
  }
  const { chain: changed, arrived } = withoutArrived(withRead(withReceipt(chain, receipt), receipt))
  const isStoredNews =
    changed.stored !== chain.stored || JSON.stringify(changed.unsure) !== JSON.stringify(chain.unsure)
  const isNews = isStoredNews || changed.read !== chain.read
  if (chain.whose === 'own') offer(turn, peer, { chain: changed, unsure: receipt.unsure })
  if (!isNews) return { writes: [], isNews, arrived }
  return { writes: [keepChain(turn, changed)], isNews, arrived }
}

/** What expired and is stored now needs nobody's care any more. */
function withoutArrived(chain: Chain): { readonly chain: Chain; readonly arrived: number } {
  const { expired = [], stored, unsure } = chain
  const arrived = both(expired, without(span(1, stored), unsure))
  if (arrived.length === 0) return { chain, arrived: 0 }
  return { chain: { ...chain, expired: without(expired, arrived) }, arrived: countOf(arrived) }
}

const withRead = (chain: Chain, { read = 0 }: Receipt): Chain => (read > (chain.read ?? 0) ? { ...chain, read } : chain)

function withReceipt(chain: Chain, { n, missing, unsure }: Receipt): Chain {
  const has = without(without(span(1, n), missing), unsure)
  const before = n > chain.stored ? joined(chain.unsure, span(chain.stored + 1, n)) : chain.unsure
  const left = without(before, has)
  return left.length > MOST_UNSURE ? chain : { ...chain, stored: Math.max(chain.stored, n), unsure: left }
}

/**
 * A device that does not know how the chain began, and what no device has ever said that it has: swallowed, or waiting for an older device
 * that is away. After two heads, some six minutes, it is given to the new one.
 */
function offer(turn: Turn, peer: Peer, { chain, unsure }: { readonly chain: Chain; readonly unsure: Spans }): void {
  const wanted = both(chain.unsure, unsure)
  const isTime = (turn.state.heads.get(peer.number)?.times ?? 0) >= OFFER_AFTER_HEADS
  if (isTime && wanted.length > 0) recall(turn, chain, { to: lower(peer.name), spans: wanted, isAsked: false })
}

/** @param peer null: another own device asks */
export function takeAsk(turn: Turn, peer: Peer | null, { chain: name, missing }: Ask): void {
  const chain = [...turn.state.chains.values()].find((one) => one.chain === name && one.whose === 'own')
  if (chain === undefined || (peer !== null && chainWith(turn, peer, name) !== chain)) return
  const to = lower(peer?.name ?? turn.state.own.username)
  recall(turn, chain, { to, spans: both(missing, span(1, chain.n)), isAsked: true })
}

function recall(
  turn: Turn,
  { number, chain }: Chain,
  { to, spans, isAsked }: { readonly to: string; readonly spans: Spans; readonly isAsked: boolean },
): void {
  const key = `${chainKey(number, chain)} ${to}`
  const last = turn.state.recalled.get(key)
  const isLately = last !== undefined && Math.abs(turn.now - last.at) < PAUSE_MS
  const before = isLately ? last.spans : []
  const fresh = without(spans, before)
  if (fresh.length === 0) return
  const at = isLately ? last.at : turn.now
  patch(turn, { recalled: new Map(turn.state.recalled).set(key, { at, spans: joined(before, fresh) }) })
  const wanted: ToRecall = { number, chain, to, numbers: numbersOf(fresh, MOST_AT_ONCE), isAsked }
  effect(turn, { type: 'recall', wanted })
}

export function onRecalled(turn: Turn, { wanted, found }: Extract<Event, { readonly type: 'recalled' }>): void {
  const chain = chainOf(turn, wanted.number, wanted.chain)
  const key = isOwn(turn, wanted.to) ? turn.state.own.fingerprint : pinOf(turn, wanted.to)?.fingerprint
  if (chain === undefined || key === undefined) return
  const writes = found.flatMap((one) => giveAgain(turn, { chain, wanted, key }, one))
  if (writes.length > 0) commit(turn, writes)
  if (wanted.isAsked) refuse(turn, { chain, wanted, key }, found)
  pumpService(turn)
}

interface Giving {
  readonly chain: Chain
  readonly wanted: ToRecall
  /** Fingerprint of the key that whoever asks has now. */
  readonly key: string
}

function giveAgain(turn: Turn, giving: Giving, recalled: Recalled): readonly Write[] {
  const { n, row, line, target } = recalled
  if (row === null || line === null || whyNot(turn, giving, recalled) !== null) return []
  if (row.again >= MOST_AGAIN * Object.keys(row.keys ?? { one: '' }).length) return []
  const { chain, wanted, key } = giving
  const { id, at } = line
  const said = contentAgain(line, target)
  const isPlain = said.type === 'text' && said.re === undefined && said.life === undefined && said.files === undefined
  const words = isPlain ? { text: said.text } : { body: said }
  const body = { type: 'again', id, chain: chain.chain, n, at, ...words } as const
  tell(turn, { to: wanted.to, body, onlyFor: key, about: { number: chain.number, news: chain.news } })
  return [{ table: 'links', key: [chain.number, chain.chain, n], value: { ...row, again: row.again + 1 } }]
}

/** As it would be said now: with its latest words, and without those that were deleted. */
function contentAgain(line: MessageLine | ActLine | SettingLine, target: MessageLine | null): Content {
  if (line.kind === 'setting') return line.setting
  if (line.kind === 'message') {
    const { id, text, re, deleted, life, files } = line
    if (deleted !== undefined) return { type: 'delete', id }
    return {
      type: 'text',
      ...toldOf({ text, ...(files === undefined ? {} : { files }) }),
      ...(re === undefined ? {} : { re: { ...re, text: quotable(target) ?? re.text } }),
      ...(life === undefined ? {} : { life }),
    }
  }
  const { act } = line
  if (act.type !== 'edit' || target === null) return act
  return target.deleted === undefined ? { ...act, text: target.text } : { type: 'delete', id: act.id }
}

function whyNot(turn: Turn, { wanted, key }: Giving, { row, line, target }: Recalled): GoneWhy | null {
  if (row?.withdrawn === true) return 'withdrawn'
  // Its words are gone with the message that it was about.
  if (line?.kind === 'act' && line.fades === true && target === null) return 'withdrawn'
  const isGone = line === null || (line.kind === 'act' && line.act.type === 'edit' && target === null)
  if (row === null || isGone) return 'forgotten'
  // In a group of many for whoever was in it then, and under the same key.
  if (!isOwn(turn, wanted.to)) return (row.keys?.[wanted.to] ?? row.key) === key ? null : 'key'
  // Whoever has made new keys here has not become somebody else.
  return row.own === key || turn.state.own.earlier?.includes(row.own) === true ? null : 'key'
}

function refuse(turn: Turn, giving: Giving, found: readonly Recalled[]): void {
  const { chain, wanted } = giving
  for (const why of ['withdrawn', 'forgotten', 'key'] as const) {
    const missing = found
      .filter((one) => whyNot(turn, giving, one) === why)
      .reduce<Spans>((all, { n }) => withNumber(all, n), [])
    const body = { type: 'gone', chain: chain.chain, missing, why } as const
    if (missing.length > 0) tell(turn, { to: wanted.to, body, about: { number: chain.number, news: chain.news } })
  }
}

const withNumber = (spans: Spans, n: number): Spans => {
  const last = spans.at(-1)
  return last?.[1] === n - 1 ? [...spans.slice(0, -1), [last[0], n]] : [...spans, [n, n]]
}

/** The number of an own message is used up; by it the message is found again. */
export function useNumber(
  turn: Turn,
  number: number,
  used: Pick<LinkRow, 'id' | 'key' | 'keys' | 'withdrawn'> & { readonly link: SealedLink },
): readonly Write[] {
  const chain = advancedOwn(turn, number, used.link)
  if (chain === null) return []
  const { id, key, keys, withdrawn } = used
  const base = { id, key, own: turn.state.own.fingerprint, withdrawn, again: 0 }
  const row: LinkRow = keys === undefined ? base : { ...base, keys }
  return [keepChain(turn, chain), { table: 'links', key: [number, chain.chain, used.link.n], value: row }]
}

/** Of own messages: nothing that was accepted is unknown to the addressee. */
export const isAllStored = (turn: Turn, number: number): boolean => {
  const own = ownChain(turn, number)
  return own === undefined || (own.stored >= own.n && own.unsure.length === 0)
}
