/**
 * How long the messages of this device have lived, by a clock of its own, since the device's clock may leap.
 * - While the engine runs it looks at the time once a minute: what has passed since the last look counts.
 * - A clock that goes back takes nothing away, and gives nobody more time than the hour after which it is believed.
 * - A greater step forward is sleep, or a leap: nobody can tell. It counts as far as it goes beyond the latest time that was ever seen
 *   (so a clock that began in 1970 and was set right counts rightly), and a day at most, unless the app was closed.
 */
export interface FadingClock {
  /** Ms that count. */
  readonly lived: number
  /** The device's clock at the last look, Unix ms. */
  readonly wall: number
  /** The latest time that was ever seen and is still believed. */
  readonly high: number
  /** For how long the device's clock has been behind that. */
  readonly behind: number
}

const STEADY_MS = 600_000
const DAY_MS = 86_400_000
const BELIEVED_MS = 3_600_000

export const newClock = (now: number): FadingClock => ({ lived: 0, wall: now, high: now, behind: 0 })

/** Whether so little has passed since the last look that it simply counts. */
export const isSteady = ({ wall }: FadingClock, now: number): boolean => now >= wall && now - wall <= STEADY_MS

/** @param isStart the app was closed since the last look */
export function lookedAt(clock: FadingClock, now: number, isStart: boolean): FadingClock {
  const gap = now - clock.wall
  const steady = isSteady(clock, now)
  const beyond = Math.max(0, now - Math.max(clock.high, clock.wall))
  const passed = steady ? gap : isStart ? beyond : Math.min(beyond, DAY_MS)
  const behind = now >= clock.high ? 0 : clock.behind + (steady ? gap : 0)
  const high = behind >= BELIEVED_MS ? now : Math.max(clock.high, now)
  return { lived: clock.lived + passed, wall: now, high, behind: high === now ? 0 : behind }
}
