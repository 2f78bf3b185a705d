import { isNumber } from '../engine/spans.ts'

/**
 * What devices of one account say to each other when a new one is to have the history. `request` is the new device's word for it. All other own
 * devices hear each of them; who is meant stands inside.
 */
export type BringingBody =
  /** A new device: "who has what was said since?" `since` in Unix ms; null: everything. */
  | {
      readonly type: 'history'
      readonly step: 'ask'
      readonly request: string
      readonly to: string
      readonly since: number | null
    }
  /** "I have so many messages of it." */
  | {
      readonly type: 'history'
      readonly step: 'offer'
      readonly request: string
      readonly from: string
      readonly count: number
    }
  /** "Then give them, beginning with the newest", to one of those who offered. */
  | { readonly type: 'history'; readonly step: 'take'; readonly request: string; readonly from: string }
  /** "Here is the n-th part", from 1 on: where it lies, and the key that opens it. */
  | ({ readonly type: 'history'; readonly step: 'part'; readonly request: string; readonly from: string } & PartLink)
  /** "I have stored it; give the next one." */
  | { readonly type: 'history'; readonly step: 'got'; readonly request: string; readonly n: number }
  /** "I can't fetch or open it; give it again." */
  | { readonly type: 'history'; readonly step: 'again'; readonly request: string; readonly n: number }
  /** "I can't go on": the account has no room for files. */
  | { readonly type: 'history'; readonly step: 'refuse'; readonly request: string; readonly from: string }
  /** "I want no more of it." */
  | { readonly type: 'history'; readonly step: 'end'; readonly request: string }

/** Where a part lies on the server. `size` in bytes, sealed. */
export interface PartLink {
  readonly n: number
  readonly blob: string
  readonly key: string
  readonly size: number
  readonly last: boolean
}

const ID = /^[0-9a-f-]{36}$/
const DEVICE = /^[\w-]{1,64}$/
const SECRET = /^[\w-]{43}$/

type Fields = Readonly<Record<string, unknown>>

const isText = (value: unknown, form: RegExp): value is string => typeof value === 'string' && form.test(value)

/** @returns null when it is not of the form above */
export function readBringing(body: { readonly type: string } | null): BringingBody | null {
  if (body?.type !== 'history') return null
  const fields: Fields = { ...body }
  const { step, request, from, n } = fields
  if (!isText(request, ID)) return null
  const said = { type: 'history', request } as const
  if (step === 'ask') return readAsk(request, fields)
  if (step === 'end') return { ...said, step }
  if (step === 'got' || step === 'again') return isNumber(n) ? { ...said, step, n } : null
  if (!isText(from, DEVICE)) return null
  if (step === 'take' || step === 'refuse') return { ...said, step, from }
  if (step === 'offer') return isCount(fields['count']) ? { ...said, step, from, count: fields['count'] } : null
  if (step !== 'part') return null
  const part = readPart(fields)
  return part === null ? null : { ...said, step, from, ...part }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

function readAsk(request: string, { to, since }: Fields): BringingBody | null {
  const isSince = since === null || isCount(since)
  return isText(to, DEVICE) && isSince ? { type: 'history', step: 'ask', request, to, since } : null
}

function readPart({ n, blob, key, size, last }: Fields): PartLink | null {
  if (!isNumber(n) || !isText(blob, SECRET) || !isText(key, SECRET)) return null
  return isCount(size) && typeof last === 'boolean' ? { n, blob, key, size, last } : null
}
