import { RawDevice, settle } from './device.ts'
import type { DeviceOptions } from './device.ts'
import type { Recorder } from './recorder.ts'
import type { Household } from './server.ts'

/** Everybody writes to the one opposite, in both directions, at a steady pace that goes on while the server is away. */
export interface Load {
  readonly devices: readonly RawDevice[]
  /** Messages composed so far. */
  composed(): number
  /** Composes no more, waits until everything has arrived or so long, and writes down what each device shows. */
  finish(withinMs?: number): Promise<void>
}

export interface LoadOptions {
  readonly address: string | ((index: number) => string)
  readonly household: Household
  readonly recorder: Recorder
  /** Messages per second in all. */
  readonly rate: number
  readonly device?: Partial<DeviceOptions>
}

const PACE_MS = 10
/** Longer than any machine needs: what has not arrived by then is lost, and a slow machine is no loss. */
export const LONG_MS = 600_000

/** The accounts are taken in pairs: first and second, third and fourth, … Each of an account's devices writes. */
export function startLoad({ address, household, recorder, rate, device: more = {} }: LoadOptions): Load {
  const writers: { readonly device: RawDevice; readonly to: string; readonly copies: number }[] = []
  for (const [index, logins] of household.devices.entries()) {
    const opposite = household.devices[index ^ 1] ?? []
    const to = opposite[0]?.account
    if (to === undefined) throw new Error('The accounts of a load come in pairs.')
    for (const [which, login] of logins.entries()) {
      const where = typeof address === 'string' ? address : address(writers.length)
      const name = `${login.account} ${which}`
      const hasSiblings = logins.length > 1
      const device = new RawDevice({ ...more, address: where, login, name, recorder, hasSiblings })
      writers.push({ device, to, copies: opposite.length + logins.length - 1 })
    }
  }
  const devices = writers.map(({ device }) => device)
  for (const device of devices) device.start()
  let composed = 0
  let copies = 0
  const began = performance.now()
  // As many as are due by now: a timer that comes late does not make the load smaller.
  const pace = setInterval(() => {
    const due = ((performance.now() - began) / 1_000) * rate
    for (; composed < due; composed++) {
      const writer = writers[composed % writers.length]
      if (writer === undefined) return
      writer.device.compose(writer.to)
      copies += writer.copies
    }
  }, PACE_MS)
  const finish = async (withinMs = LONG_MS) => {
    clearInterval(pace)
    await settle(devices, () => devices.reduce((sum, device) => sum + device.received(), 0) >= copies, withinMs)
    for (const device of devices) device.stop()
  }
  return { devices, composed: () => composed, finish }
}

/** Resolves at the next moment when `isTrue`, looked at every few milliseconds. @throws Error after `withinMs` */
export function soon(what: string, isTrue: () => boolean, withinMs = 60_000): Promise<void> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const look = () => {
      if (isTrue()) resolve()
      else if (performance.now() - began > withinMs) reject(new Error(`It did not happen in time: ${what}.`))
      else setTimeout(look, 5)
    }
    look()
  })
}

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
