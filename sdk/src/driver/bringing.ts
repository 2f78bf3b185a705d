import type { HistoryView, HistoryWish } from '../messenger.ts'
import type { DeskPorts } from '../bringing/desk.ts'

/** What brings the history to a new device. */
export interface Bringing {
  /** Something may be to be done. */
  poke(): void
  history(wish?: HistoryWish): Promise<HistoryView | null>
  stop(): void
}

export type BringerOf = (desk: Omit<DeskPorts, 'transport'>) => Bringing

/** For a device that does not. */
export const NO_BRINGING: Bringing = {
  poke: () => undefined,
  history: () => Promise.resolve(null),
  stop: () => undefined,
}
