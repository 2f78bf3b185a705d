import { connect } from 'node:net'
import type { Socket } from 'node:net'
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
  /** A new connection, to the next of the hosts in turn. What goes wrong with it is told by its events. */
  readonly open: () => Socket
  /** Cuts those that have brought nothing since `then` (steady milliseconds), so that whoever waits on them hears of it. */
  readonly cutSilent: (then: number) => void
  readonly cutAll: () => void
}

export function openLines({ hosts }: Address): Lines {
  const lines = new Set<Line>()
  let turn = 0
  const look = (line: Line): void => {
    if (line.socket.bytesRead === line.read) return
    line.read = line.socket.bytesRead
    line.readAt = performance.now()
  }
  return {
    open: () => {
      const { host, port } = hosts[turn % hosts.length] ?? { host: 'localhost', port: 0 }
      turn += 1
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
      for (const { socket } of lines) socket.destroy()
      lines.clear()
    },
  }
}
