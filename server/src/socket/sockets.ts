import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { LIMITS } from '@chatnip/protocol'
import type { CloseReason } from '@chatnip/protocol'
import { faultOf } from '../log.ts'
import { Connection } from './connection.ts'
import type { ConnectionServices, DeviceSession } from './connection.ts'
import { openCork } from './cork.ts'
import { openLiveSockets } from './live.ts'
import type { IncomingMessage } from 'node:http'

const TICK_MS = 1_000
/** Who has not answered a goodbye by then is cut off. */
const GOODBYE_MS = 1_000

/** All live sockets of this node. */
export interface Sockets {
  /** Takes over an HTTP connection whose session has been checked. */
  welcome(request: IncomingMessage, raw: Duplex, head: Buffer, session: DeviceSession): void
  count(): number
  /** Says goodbye to everybody; resolves when all have gone or were cut off. */
  close(why: CloseReason): Promise<void>
}

/**
 * One live socket per device: a newer one closes the older, here or on another node. One shared timer serves them all, and
 * one flush per tick writes what was collected for each.
 */
export function openSockets(services: ConnectionServices): Sockets {
  const { bus, clock, store } = services
  const all = new Set<Connection>()
  const live = openLiveSockets()
  // Deflate stays off: ciphertext does not compress, and what does is a bomb.
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.sendBytes,
    perMessageDeflate: false,
    clientTracking: false,
  })

  const flushLater = openCork()

  const { recheck, recheckDoubtful } = openRechecks(services, all)
  const recheckOf = (account: number | null) => {
    for (const one of all) if (account === null || one.session.account === account) recheck(one)
  }
  const stopNotices = bus.onNotice((notice) => {
    if (notice.kind === 'device connected') live.hear(notice)
    else if (notice.kind === 'sessions changed') recheckOf(notice.account)
  })
  store.onForeignChange(recheckOf)

  const stopTicking = clock.every(TICK_MS, () => {
    recheckDoubtful()
    for (const connection of all) connection.tick()
  })

  return {
    count: () => all.size,
    welcome: (request, raw, head, session) =>
      server.handleUpgrade(request, raw, head, (ws) => {
        // In one piece: a fresh UUID is a chain of twenty strings, half a kilobyte as long as the line lives.
        const id = randomBytes(16).toString('hex')
        const { mailbox } = session.device
        const connection = new Connection({ ws, raw, session, flushLater }, services)
        all.add(connection)
        live.add(mailbox, id, connection)
        void connection.gone.then(() => {
          all.delete(connection)
          live.remove(mailbox, id)
        })
        bus.tell({ kind: 'device connected', mailbox, connection: id }, () => all.has(connection))
        // The session may have ended between its check and now, when nobody could have told this connection.
        recheck(connection)
      }),
    close: async (why) => {
      stopTicking()
      stopNotices()
      server.close()
      for (const connection of all) connection.close(why)
      const cut = clock.after(GOODBYE_MS, () => all.forEach((connection) => connection.cut()))
      await Promise.all([...all].map((connection) => connection.gone))
      cut()
    },
  }
}

/** Closes connections whose session is over. `all`: those that are still there. */
function openRechecks({ sessions, log }: ConnectionServices, all: ReadonlySet<Connection>) {
  /** Those whose session may be over, but the store could not be asked. Asked again each second: no other notice need come. */
  const doubtful = new Set<Connection>()
  const recheck = (connection: Connection) => {
    sessions.recheck(connection.session).then(
      (session) => {
        if (session === null) connection.close('session_over')
      },
      (cause: unknown) => {
        log.warn({ fault: faultOf(cause) }, 'A session could not be checked; trying again.')
        if (all.has(connection)) doubtful.add(connection)
      },
    )
  }
  const recheckDoubtful = () => {
    const again = [...doubtful]
    doubtful.clear()
    again.forEach(recheck)
  }
  return { recheck, recheckDoubtful }
}
