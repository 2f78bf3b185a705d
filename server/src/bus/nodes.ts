import type { Bus, Notice } from './bus.ts'
import { readNotice, writeNotice } from './notice.ts'

/** What nodes that share a store can tell each other through it: later than by a bus, but only the store itself may keep it from arriving. */
export interface Announcer {
  /** @returns a number that is greater than that of anything said before, by whichever node */
  announce(text: string): Promise<number>
  onAnnounced(listener: (text: string, number: number) => void): void
}

type Connected = Extract<Notice, { kind: 'device connected' }>

/** While the store is away. */
const AGAIN_MS = 500

/**
 * A bus by which it is heard through the store as well that a device is connected elsewhere: within a second, also when the bus is away or there is
 * none. The store says too which of two connections is the newer one, since what is heard may come late and turned around. Hints may get lost,
 * since everybody looks; that sessions have changed the store tells by itself (`onForeignChange`).
 */
export function overStore(bus: Bus, announcer: Announcer): Bus {
  const stops = new Set<() => void>()
  const listeners = new Set<Parameters<Bus['onNotice']>[0]>()
  const turns = new Map<number, Promise<void>>()
  let closed = false
  announcer.onAnnounced((text, order) => {
    const notice = readNotice(text)
    if (notice?.kind === 'device connected') for (const listener of listeners) listener({ ...notice, order })
  })

  /** A connection that is gone is not told of any more: its number would be greater than that of the one that took its place elsewhere. */
  const tellConnected = async (notice: Connected, isTrue: () => boolean): Promise<void> => {
    while (!closed && isTrue()) {
      try {
        const order = await announcer.announce(writeNotice(notice))
        return bus.tell({ ...notice, order })
      } catch {
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref())
      }
    }
  }
  /** One after the other for each device, so that they are numbered in the order in which they came. */
  const queueConnected = (notice: Connected, isTrue: () => boolean): void => {
    const { mailbox } = notice
    const turn = (turns.get(mailbox) ?? Promise.resolve()).then(() => tellConnected(notice, isTrue))
    turns.set(mailbox, turn)
    void turn.then(() => {
      if (turns.get(mailbox) === turn) turns.delete(mailbox)
    })
  }
  return {
    ...bus,
    tell: (notice, isTrue = () => true) => {
      if (notice.kind === 'device connected') queueConnected(notice, isTrue)
      else bus.tell(notice)
    },
    onNotice: (listener) => {
      const own: typeof listener = (notice) => {
        listener(notice)
      }
      const stopBus = bus.onNotice(own)
      listeners.add(own)
      const stop = () => {
        stopBus()
        listeners.delete(own)
        stops.delete(stop)
      }
      stops.add(stop)
      return stop
    },
    close: async () => {
      closed = true
      for (const stop of stops) stop()
      await bus.close()
    },
  }
}
