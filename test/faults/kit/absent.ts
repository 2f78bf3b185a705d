import { RawDevice } from './device.ts'
import type { DeviceOptions } from './device.ts'
import { LONG_MS, soon } from './load.ts'
import type { Load } from './load.ts'
import type { Household, Login } from './server.ts'

/** Somebody who is away till the end. What reached its reader cannot be lost any more; what waits for this one can. */
export interface Absent {
  /** Nothing more is written to them; `finish` of the load waits until what was is accepted. */
  enough(): void
  /** They come, fetch everything (for at most `withinMs`), and write down what they show. */
  fetch(withinMs?: number): Promise<void>
}

/** From now on each device of the load writes to them as well, every so often. */
export function writeToAbsent(load: Load, options: DeviceOptions, everyMs = 20): Absent {
  const device = new RawDevice(options)
  let written = 0
  const timer = setInterval(() => {
    for (const writer of load.devices) writer.compose(device.account)
    written += load.devices.length
  }, everyMs)
  return {
    enough: () => clearInterval(timer),
    fetch: async (withinMs = LONG_MS) => {
      device.start()
      await soon('everything is fetched', () => device.received() >= written, withinMs).catch(() => undefined)
      device.stop()
    },
  }
}

/** Takes the last account of a household out of it, to be the one who is away. */
export function withoutLast(household: Household): { readonly present: Household; readonly away: Login } {
  const [away] = household.devices.at(-1) ?? []
  if (away === undefined) throw new Error('Nobody is away.')
  return { present: { ...household, devices: household.devices.slice(0, -1) }, away }
}
