import type { Notice } from '../bus/bus.ts'

interface Closable {
  close(why: 'replaced'): void
}

interface Here {
  readonly id: string
  readonly connection: Closable
  /** Its place among all connections of all nodes; null while it is being asked for. */
  order: number | null
  /** The greatest place that another connection of the device was heard to have. */
  newest: number
}

/** The live socket of each device, one at a time. Of two on different nodes the one whose notice has the greater number stays. */
export interface LiveSockets {
  /** Takes the place of the one that is here. */
  add(mailbox: number, id: string, connection: Closable): void
  remove(mailbox: number, id: string): void
  /** Notices may come late and turned around: one about an older connection closes nothing. */
  hear(notice: Extract<Notice, { kind: 'device connected' }>): void
}

export function openLiveSockets(): LiveSockets {
  const live = new Map<number, Here>()
  return {
    add: (mailbox, id, connection) => {
      live.get(mailbox)?.connection.close('replaced')
      live.set(mailbox, { id, connection, order: null, newest: 0 })
    },
    remove: (mailbox, id) => {
      if (live.get(mailbox)?.id === id) live.delete(mailbox)
    },
    hear: ({ mailbox, connection, order = 0 }) => {
      const here = live.get(mailbox)
      if (here === undefined) return
      if (here.id === connection) here.order = order
      else here.newest = Math.max(here.newest, order)
      if (here.order !== null && here.newest > here.order) here.connection.close('replaced')
    },
  }
}
