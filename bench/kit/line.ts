import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Server } from './process.ts'

/** One device's line to a server, as the load uses it. */
export interface Line {
  readonly socket: WebSocket
  /** Who hears the frames now; one part of a measurement after the other takes it over. */
  hear: (frame: Frame) => void
  close(): void
}

export interface Frame {
  readonly type: string
  readonly seq: number
  readonly id: string
}

/** Opens the line of a session. Rejects when the server does not let it in. */
export async function openLine(address: string, session: string): Promise<Line> {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/socket`, {
    headers: { authorization: `Bearer ${session}` },
    perMessageDeflate: false,
  })
  await once(socket, 'open')
  const line: Line = { socket, hear: () => undefined, close: () => socket.terminate() }
  socket.on('message', (data: Buffer) => {
    const frame: Frame = JSON.parse(data.toString())
    line.hear(frame)
  })
  return line
}

/** A line for each session, in their order; of several nodes one after the other gets the next. */
export const openLines = ({ address, addresses = [address], sessions }: Server): Promise<Line[]> =>
  Promise.all(sessions.map((session, n) => openLine(addresses[n % addresses.length] ?? address, session)))

/** Acknowledges once a tick: what arrived together is acknowledged together. */
export function acknowledgeLater({ socket }: Line): (seq: number) => void {
  let upto = 0
  return (seq) => {
    if (upto === 0) {
      setImmediate(() => {
        socket.send(`{"type":"ack","upto":${upto}}`)
        upto = 0
      })
    }
    upto = seq
  }
}

export const sendFrame = (id: string, usernames: readonly string[], text: string): string =>
  JSON.stringify({
    type: 'send',
    id,
    timestamp: 1,
    to: usernames.map((username) => ({ username, message_text: text })),
  })
