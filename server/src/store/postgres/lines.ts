import { connect, Socket } from 'node:net'
import { isNotThere } from './failures.ts'
import type { Address } from './options.ts'

interface Line {
  readonly socket: Socket
  read: number
  readAt: number
}

/**
 * The network connections below the client's. Kept at hand because the client waits for ever on one that has died without a word: a database
 * that was stopped, a cable, a partition.
 */
export interface Lines {
  /** A new connection, to the host that leads. What goes wrong with it later is told by its events. */
  readonly open: () => Promise<Socket>
  /** Cuts those that have brought nothing since `then` (steady milliseconds), so that whoever waits on them hears of it. */
  readonly cutSilent: (then: number) => void
  /** Cuts them, and opens none any more: the client would try again where it is hung up on. */
  readonly cutAll: () => void
}

/** One of the hosts where the database is. */
export type Host = Address['hosts'][number]

/** @param leads whether a host can be reached and takes writes; asked only where there are several */
export function openLines({ hosts }: Address, leads: (host: Host) => Promise<boolean>): Lines {
  const lines = new Set<Line>()
  const leader = openSearch(hosts, leads)
  let closed = false
  const look = (line: Line): void => {
    if (line.socket.bytesRead === line.read) return
    line.read = line.socket.bytesRead
    line.readAt = performance.now()
  }
  return {
    open: async () => {
      const found = await leader().catch((error: unknown) => toError(error))
      if (found instanceof Error) return brokenLine(found)
      if (closed) return brokenLine(new Error('The store is closed.'))
      const { host, port } = found
      const socket = connect({ host, port, noDelay: true })
      const line = { socket, read: 0, readAt: performance.now() }
      lines.add(line)
      // The client takes all listeners off a connection that turns to TLS; this one need not know when.
      socket.once('close', () => lines.delete(line))
      return Object.assign(socket, { host, port })
    },
    cutSilent: (then) => {
      for (const line of lines) {
        look(line)
        if (line.socket.destroyed) lines.delete(line)
        else if (line.readAt < then) line.socket.destroy()
      }
    },
    cutAll: () => {
      closed = true
      for (const { socket } of lines) socket.destroy()
      lines.clear()
    },
  }
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** The client hears of what went wrong by a connection's events alone: where it got none it would count one as being opened for ever. */
function brokenLine(why: Error): Socket {
  const socket = new Socket()
  setImmediate(() => socket.destroy(why))
  return socket
}

/** That a host is away, or follows, may be over in a moment. A wrong password or a strange certificate is not, and people must be told which it is. */
function worthTelling(cause: unknown): Error | undefined {
  if (!(cause instanceof AggregateError)) return undefined
  const errors: readonly unknown[] = cause.errors
  return errors.filter((error) => error instanceof Error).find((error) => !isNotThere(error))
}

/** Connections that are opened together share one search. */
const SEARCH_AGAIN_MS = 500

/** Of several hosts one leads and the others only follow: which one may change at any time. */
function openSearch(hosts: readonly Host[], leads: (host: Host) => Promise<boolean>): () => Promise<Host> {
  const [only] = hosts
  if (hosts.length === 1 && only !== undefined) return () => Promise.resolve(only)
  let found: { readonly at: number; readonly host: Promise<Host> } | null = null
  const search = (): Promise<Host> =>
    Promise.any(
      hosts.map(async (host) => {
        if (await leads(host)) return host
        throw Object.assign(new Error('It follows another one.'), { code: 'EFOLLOWS' })
      }),
    ).catch((cause: unknown) => {
      found = null
      throw (
        worthTelling(cause) ?? Object.assign(new Error('None of the hosts leads.', { cause }), { code: 'ENOLEADER' })
      )
    })
  return () => {
    if (found === null || performance.now() - found.at > SEARCH_AGAIN_MS)
      found = { at: performance.now(), host: search() }
    return found.host
  }
}
