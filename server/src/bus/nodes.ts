import type { Bus } from './bus.ts'
import { readNotice, writeNotice } from './notice.ts'

/** What nodes that share a store can tell each other through it: later than by a bus, but only the store itself may keep it from arriving. */
export interface Announcer {
  announce(text: string): Promise<void>
  onAnnounced(listener: (text: string) => void): void
}

/**
 * A bus by which it is heard through the store as well that a device is connected elsewhere: within a second, also when the bus is away or there is
 * none. Hints may get lost, since everybody looks; that sessions have changed the store tells by itself (`onForeignChange`).
 */
export function overStore(bus: Bus, announcer: Announcer): Bus {
  const stops = new Set<() => void>()
  const listeners = new Set<Parameters<Bus['onNotice']>[0]>()
  announcer.onAnnounced((text) => {
    const notice = readNotice(text)
    if (notice !== null) for (const listener of listeners) listener(notice)
  })
  return {
    ...bus,
    tell: (notice) => {
      bus.tell(notice)
      // What fails here is told by the bus, or the store is away and nobody can connect anyway.
      if (notice.kind === 'device connected') announcer.announce(writeNotice(notice)).catch(() => undefined)
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
      for (const stop of stops) stop()
      await bus.close()
    },
  }
}
