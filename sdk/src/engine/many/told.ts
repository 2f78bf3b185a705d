import { keepChain } from '../chains.ts'
import type { Chain, Told, Write } from '../rows.ts'
import type { Receipt } from '../service.ts'
import { joined, span, without } from '../spans.ts'
import type { Spans } from '../spans.ts'
import type { Turn } from '../turn.ts'
import { othersIn } from './peers.ts'
import type { Info } from './info.ts'

/**
 * What the members of a group have told of own messages. A message counts as stored, and as read, when everybody has told so who was in when it
 * was said and is in now.
 */

const MOST_UNSURE = 200
const FROM_THE_BEGINNING: Told = { from: 1, stored: 0, unsure: [], read: 0 }

interface Teller {
  readonly chain: Chain
  readonly info: Info
  /** Who tells, in lower case. */
  readonly account: string
}

export function takeReceiptInMany(
  turn: Turn,
  { chain, info, account }: Teller,
  receipt: Receipt,
): { readonly writes: readonly Write[]; readonly isNews: boolean; readonly arrived: number } {
  const each = { ...chain.each, [account]: told(chain.each?.[account] ?? FROM_THE_BEGINNING, receipt) }
  const others = othersIn(turn, info).map((name) => each[name] ?? FROM_THE_BEGINNING)
  const stored = Math.max(chain.stored, Math.min(...others.map((one) => one.stored)))
  const unsure = others.reduce<Spans>((all, one) => joined(all, one.unsure), [])
  const read = Math.max(chain.read ?? 0, Math.min(...others.map((one) => one.read)))
  // Who comes in later says nothing of what all the others have said already.
  const open = without(unsure, without(span(1, chain.stored), chain.unsure)).filter(([first]) => first <= stored)
  const isNews =
    stored !== chain.stored || read !== (chain.read ?? 0) || JSON.stringify(open) !== JSON.stringify(chain.unsure)
  const writes = [keepChain(turn, { ...chain, each, stored, unsure: open, read })]
  return { writes, isNews, arrived: 0 }
}

function told(before: Told, { n, missing, unsure, read = 0 }: Receipt): Told {
  const has = without(without(span(before.from, n), missing), unsure)
  const wanting =
    n > before.stored ? joined(before.unsure, span(Math.max(before.from, before.stored + 1), n)) : before.unsure
  const left = without(wanting, has)
  if (left.length > MOST_UNSURE) return { ...before, read: Math.max(before.read, read) }
  return { ...before, stored: Math.max(before.stored, n), unsure: left, read: Math.max(before.read, read) }
}
