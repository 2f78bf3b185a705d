import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bus, Notice } from './bus.ts'

/** Two nodes' ends of one bus; for a bus of a single node both are the same. */
export interface OpenedBus {
  readonly here: Bus
  readonly there: Bus
  /** Resolves when everything that was told so far has been heard, or never will be. */
  readonly settle: () => Promise<void>
}

const changed: Notice = { kind: 'sessions changed', account: 7 }
const connected: Notice = { kind: 'device connected', mailbox: 3, connection: 'laptop' }
const taken: Notice = { kind: 'taken', by: 'a node', takings: [['password', 'a key', 2]] }

/** The tests that every implementation of Bus passes. */
export function busContract(name: string, open: () => Promise<OpenedBus>): void {
  describe(`bus contract: ${name}`, () => {
    let bus: OpenedBus
    beforeEach(async () => {
      bus = await open()
    })
    afterEach(async () => {
      await bus.here.close()
      await bus.there.close()
    })
    wakes(() => bus)
    notices(() => bus)
    closing(() => bus)
  })
}

function wakes(bus: () => OpenedBus): void {
  test('the newest wake-up reaches every listener of its mailbox, on both nodes, in order, and nobody else', async () => {
    const { here, there, settle } = bus()
    const heard: Record<'first' | 'second' | 'other', number[]> = { first: [], second: [], other: [] }
    there.onWake(1, (seq) => heard.first.push(seq))
    here.onWake(1, (seq) => heard.second.push(seq))
    here.onWake(2, (seq) => heard.other.push(seq))
    await settle()
    for (const seq of [10, 11, 12]) here.wake(1, seq)
    await settle()
    // A listener that hears nothing at all would pass for "nobody else": this one can hear.
    there.wake(2, 5)
    await settle()
    expect(heard.other).toEqual([5])
    for (const list of [heard.first, heard.second]) {
      expect(list.at(-1)).toBe(12)
      expect(list).toEqual([10, 11, 12].slice(-list.length))
    }
    here.wake(1, 13)
    await settle()
    expect([heard.first.at(-1), heard.second.at(-1)]).toEqual([13, 13])
  })

  test('a listener that has gone hears nothing; its twin goes on hearing', async () => {
    const { here, there, settle } = bus()
    const heard: number[] = []
    const listener = (seq: number): void => void heard.push(seq)
    const stop = there.onWake(1, listener)
    there.onWake(1, listener)
    await settle()
    here.wake(1, 1)
    await settle()
    stop()
    stop()
    await settle()
    here.wake(1, 2)
    await settle()
    expect(heard).toEqual([1, 1, 2])
  })

  test('a listener may stop, and start others, while it is being called', async () => {
    const { here, settle } = bus()
    const heard: string[] = []
    const stop = here.onWake(1, () => {
      heard.push('old')
      stop()
      here.onWake(2, () => heard.push('new'))
    })
    await settle()
    here.wake(1, 1)
    await settle()
    here.wake(1, 2)
    here.wake(2, 1)
    await settle()
    expect(heard).toEqual(['old', 'new'])
  })
}

function notices(bus: () => OpenedBus): void {
  test('a notice reaches the listeners of all nodes, whole and in order, until they go', async () => {
    const { here, there, settle } = bus()
    const heard: Notice[] = []
    const own: Notice[] = []
    const stop = there.onNotice((notice) => heard.push(notice))
    here.onNotice((notice) => own.push(notice))
    await settle()
    here.tell(changed)
    here.tell(connected)
    here.tell(taken)
    await settle()
    stop()
    await settle()
    here.tell(changed)
    await settle()
    expect(heard).toEqual([changed, connected, taken])
    expect(own).toEqual([changed, connected, taken, changed])
  })
}

function closing(bus: () => OpenedBus): void {
  test('a closed bus is silent, may be closed again, and still lets listeners go', async () => {
    const { here, settle } = bus()
    const heard: unknown[] = []
    const stop = here.onWake(1, (seq) => heard.push(seq))
    here.onNotice((notice) => heard.push(notice))
    await settle()
    await here.close()
    await here.close()
    here.wake(1, 1)
    here.tell(changed)
    stop()
    expect(heard).toEqual([])
  })
}
