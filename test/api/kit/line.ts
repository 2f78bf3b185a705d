import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { ClientOptions } from 'ws'
import { isRecord } from './schema.ts'

export type Frame = Readonly<Record<string, unknown>>

/** A socket without any help of the sdk: what comes is queued, what goes is written as it stands. */
export interface Line {
  readonly ws: WebSocket
  /** The next frame; throws when the line closes before. */
  next(): Promise<Frame>
  /** The next `count` frames. */
  take(count: number): Promise<Frame[]>
  say(frame: string | object): void
  /** Whether frames lie unread. */
  waiting(): number
  /** Code and reason, once it is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
}

export async function openLine(address: string, session: string, options: ClientOptions = {}): Promise<Line> {
  const headers = { authorization: `Bearer ${session}` }
  const ws = new WebSocket(`${address.replace('http', 'ws')}/socket`, { headers, ...options })
  const frames: Frame[] = []
  const wanting: { readonly resolve: (frame: Frame) => void; readonly reject: (cause: Error) => void }[] = []
  ws.on('message', (data) => {
    const frame: unknown = Buffer.isBuffer(data) ? JSON.parse(data.toString('utf8')) : data
    if (!isRecord(frame)) throw new Error('The server sent something that is no frame.')
    const wanted = wanting.shift()
    if (wanted === undefined) frames.push(frame)
    else wanted.resolve(frame)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => {
      for (const { reject } of wanting) reject(new Error(`The line closed with ${code}.`))
      resolve({ code, reason: reason.toString() })
    })
  })
  // Errors show in how it closed.
  ws.on('error', () => undefined)
  await Promise.race([once(ws, 'open'), closed.then(({ code }) => Promise.reject(new Error(`Not let in: ${code}.`)))])
  const next = () => {
    const frame = frames.shift()
    if (frame !== undefined) return Promise.resolve(frame)
    return new Promise<Frame>((resolve, reject) => wanting.push({ resolve, reject }))
  }
  return {
    ws,
    closed,
    next,
    waiting: () => frames.length,
    say: (frame) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    take: async (count) => {
      const taken: Frame[] = []
      while (taken.length < count) taken.push(await next())
      return taken
    },
  }
}
