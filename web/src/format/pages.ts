import type { Place } from '@chatnip/sdk'
import type { LogItem } from './groups.ts'

/** How much of a conversation is read at once. */
export const PAGE = 100

/** Negative: `one` stands before `other`. What waits in the outbox stands last. */
export const comparePlaces = (one: Place | null, other: Place | null): number => {
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  return one.seq - other.seq || one.sub - other.sub
}

/** The older items that were read before, then the latest page as it is now. */
export const mergeLatest = (old: readonly LogItem[], latest: readonly LogItem[]): readonly LogItem[] => {
  const first = latest[0]
  if (first === undefined || latest.length < PAGE) return latest
  return [...old.filter((item) => comparePlaces(item.place, first.place) < 0), ...latest]
}

/** What lies in [from, to) as it is now in the place of what was read there before; the very same list when nothing has changed. */
export const replaceBetween = (
  old: readonly LogItem[],
  fresh: readonly LogItem[],
  { from, to }: { readonly from: Place; readonly to: Place },
): readonly LogItem[] => {
  const isBefore = ({ place }: LogItem): boolean => comparePlaces(place, from) < 0
  const isBehind = ({ place }: LogItem): boolean => comparePlaces(place, to) >= 0
  const stale = old.filter((item) => !isBefore(item) && !isBehind(item))
  if (JSON.stringify(stale) === JSON.stringify(fresh)) return old
  return [...old.filter(isBefore), ...fresh, ...old.filter(isBehind)]
}
