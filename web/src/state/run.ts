import type { MessageView, Place } from '@chatnip/sdk'
import { isMessage, keyOf } from '../format/lines.ts'
import type { LogItem } from '../format/lines.ts'

/** A stretch of a conversation without gaps, oldest first: as much of it as is drawn at once. */
export interface Run {
  readonly items: readonly LogItem[]
  /** It begins with the first message that there is, and ends with the latest. */
  readonly first: boolean
  readonly last: boolean
  /** Where to look once it is drawn; null: the place stays where it is. */
  readonly aim: Aim | null
}

/** `unread`: the line before the new messages. `key`: one message. */
export type Aim = 'start' | 'end' | 'unread' | { readonly key: string }

/** So much is drawn when a conversation opens: more than the highest screen shows. */
export const OPENING = 60
/** So many are put on at either end, few enough that a slow machine draws them between two frames. */
export const STEP = 16
/** So many are drawn at most; what is beyond is dropped at the far end and read again when somebody comes back. */
export const MOST = 200

/** Before everything. */
export const START: Place = { seq: 0, sub: 0 }

/** How many of them have a place: what waits in the outbox has none yet. */
export const placed = (items: readonly LogItem[]): number => items.filter(({ place }) => place !== null).length

/** Items that did not change stay the same objects, so that their lines are not drawn anew. */
export const reuse = (old: readonly LogItem[], fresh: readonly LogItem[]): readonly LogItem[] => {
  const known = new Map(old.map((item) => [keyOf(item), item]))
  return fresh.map((item) => {
    const before = known.get(keyOf(item))
    return before !== undefined && JSON.stringify(before) === JSON.stringify(item) ? before : item
  })
}

/** Older ones in front; what is too many goes at the end. */
export const putBefore = (run: Run, older: readonly LogItem[], first: boolean): Run => {
  const items = [...older, ...run.items]
  return { items: items.slice(0, MOST), first, last: run.last && items.length <= MOST, aim: null }
}

/** Newer ones behind; what is too many goes at the beginning. */
export const putBehind = (run: Run, newer: readonly LogItem[], last: boolean): Run => {
  const items = [...run.items, ...newer]
  return { items: items.slice(-MOST), first: run.first && items.length <= MOST, last, aim: null }
}

/** After it was read anew. Whoever is at its end loses the oldest of too many, others the latest. */
export const trim = (run: Run, following: boolean): Run => {
  const { items } = run
  if (items.length <= MOST) return run
  return following
    ? { ...run, items: items.slice(-MOST), first: false }
    : { ...run, items: items.slice(0, MOST), last: false }
}

/** Whether something at that place would be among them. */
export const covers = (items: readonly LogItem[], { seq }: Place): boolean => {
  const places = items.flatMap(({ place }) => place ?? [])
  return (places[0]?.seq ?? Infinity) <= seq && (places.at(-1)?.seq ?? 0) >= seq
}

/** Whether a message at that place would be drawn: at its ends this stretch is as long as the conversation. */
const holds = ({ items, first, last }: Run, { seq }: Place): boolean => {
  const places = items.flatMap(({ place }) => place ?? [])
  return (first || (places[0]?.seq ?? Infinity) <= seq) && (last || (places.at(-1)?.seq ?? 0) >= seq)
}

/** A message as it is now, as far as this stretch tells. Null: it was deleted, or is not there any more. */
export const asItIs = (run: Run | null, message: MessageView): MessageView | null => {
  const items = run?.items ?? []
  const known = items.find((item) => isMessage(item) && keyOf(item) === keyOf(message))
  if (known !== undefined && isMessage(known)) return known.deleted ? null : known
  return run !== null && message.place !== null && holds(run, message.place) ? null : message
}

const isReceived = (item: LogItem): boolean => isMessage(item) && !item.own

/** How many of them somebody else wrote. */
export const received = (items: readonly LogItem[]): number => items.filter(isReceived).length

/**
 * The stretch around the first of the `unread` latest messages of others.
 * @param items the latest ones, back to that message or to the beginning
 */
export const aroundUnread = (
  items: readonly LogItem[],
  unread: number,
  first: boolean,
): (Run & { readonly key: string }) | null => {
  const others = items.filter(isReceived)
  const item = others.at(-unread) ?? others[0]
  if (unread <= 0 || item === undefined) return null
  const from = Math.max(0, Math.min(items.indexOf(item) - STEP, items.length - OPENING))
  const shown = items.slice(from, from + OPENING + STEP)
  const last = from + shown.length === items.length
  return { items: shown, first: first && from === 0, last, aim: 'unread', key: keyOf(item) }
}
