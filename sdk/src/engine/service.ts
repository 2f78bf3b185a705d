import { isMoment } from '@chatnip/crypto'
import { readContent } from './content.ts'
import type { PeopleBody } from './choices.ts'
import type { Content } from './content.ts'
import type { SeenBody } from './seen.ts'
import { isNumber, readSpans } from './spans.ts'
import type { Spans } from './spans.ts'

/** What devices tell each other about their messages. No line of a conversation, and never answered by a receipt. */
export type ServiceBody = Receipt | Ask | Head | Again | Gone | Admit

/** "This device is there: let it into that group." `group` of MLS; empty: into all groups of many, said to own other devices. */
export interface Admit {
  readonly type: 'admit'
  /** It speaks of none. */
  readonly chain: ''
  readonly group: string
}

/** Between own devices alone: `bringing/words.ts`. */
export interface HistoryBody {
  readonly type: 'history'
}

/** "I have stored all of that chain up to `n`, but what is missing." */
export interface Receipt {
  readonly type: 'receipt'
  readonly chain: string
  readonly n: number
  readonly missing: Spans
  /** From before this device knew the chain: it may or may not have been there then. */
  readonly unsure: Spans
  /** How far somebody has read it. Absent: that is not told. */
  readonly read?: number
}

/** "Give me these again." */
export interface Ask {
  readonly type: 'ask'
  readonly chain: string
  readonly missing: Spans
}

/** "So many have been accepted for you": shows what is missing behind the last that came. */
export interface Head {
  readonly type: 'head'
  readonly chain: string
  readonly n: number
}

/** A message once more, for whoever asked. */
export interface Again {
  readonly type: 'again'
  /** Of the message itself, as it was first sent. */
  readonly id: string
  readonly chain: string
  readonly n: number
  readonly at: number
  /** Of plain words; in all else `body` holds what it held. */
  readonly text?: string
  readonly body?: Content
}

/** "These I will not give again." `withdrawn`: taken away before the server had said that it has them. */
export interface Gone {
  readonly type: 'gone'
  readonly chain: string
  readonly missing: Spans
  readonly why: GoneWhy
}

export type GoneWhy = 'withdrawn' | 'forgotten' | 'key'

const TYPES: ReadonlySet<string> = new Set([
  'receipt',
  'ask',
  'head',
  'again',
  'gone',
  'admit',
  'history',
  'people',
  'seen',
])
const ID = /^[0-9a-f-]{36}$/
const GROUP = /^(?:[\w-]{22})?$/

type Fields = Readonly<Record<string, unknown>>

export const isService = (type: string | null): boolean => type !== null && TYPES.has(type)

export const isServiceBody = (
  body: Content | ServiceBody | HistoryBody | PeopleBody | SeenBody,
): body is ServiceBody | HistoryBody | PeopleBody | SeenBody => isService(body.type)

/** @returns null when it is not of the form above */
export function readService(body: { readonly type: string } | null): ServiceBody | null {
  if (body === null) return null
  const fields: Fields = { ...body }
  const { chain, group } = fields
  if (body.type === 'admit')
    return typeof group === 'string' && GROUP.test(group) ? { type: 'admit', chain: '', group } : null
  if (typeof chain !== 'string' || !ID.test(chain)) return null
  switch (body.type) {
    case 'receipt':
      return readReceipt(chain, fields)
    case 'ask':
      return readAsk(chain, fields)
    case 'head':
      return isNumber(fields['n']) ? { type: 'head', chain, n: fields['n'] } : null
    case 'again':
      return readAgain(chain, fields)
    case 'gone':
      return readGone(chain, fields)
    default:
      return null
  }
}

function readReceipt(chain: string, { n, missing, unsure, read }: Fields): Receipt | null {
  const [known, open] = [readSpans(missing), readSpans(unsure)]
  if (!isNumber(n) || known === null || open === null) return null
  const isRead = isNumber(read) && read <= n
  return { type: 'receipt', chain, n, missing: known, unsure: open, ...(isRead ? { read } : {}) }
}

function readAsk(chain: string, fields: Fields): Ask | null {
  const missing = readSpans(fields['missing'])
  return missing === null ? null : { type: 'ask', chain, missing }
}

function readAgain(chain: string, { id, n, at, text, body }: Fields): Again | null {
  if (typeof id !== 'string' || !ID.test(id) || !isNumber(n)) return null
  if (!isMoment(at)) return null
  const facts = { type: 'again', id, chain, n, at } as const
  if (typeof text === 'string') return { ...facts, text }
  const content = readContent(body)
  return content === null ? null : { ...facts, body: content }
}

/** What was given again. */
export const contentOf = ({ text = '', body }: Again): Content => body ?? { type: 'text', text }

function readGone(chain: string, { missing, why }: Fields): Gone | null {
  const spans = readSpans(missing)
  if (spans === null || (why !== 'withdrawn' && why !== 'forgotten' && why !== 'key')) return null
  return { type: 'gone', chain, missing: spans, why }
}
