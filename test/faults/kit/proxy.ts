import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Random } from './random.ts'

/** What may happen to a connection that goes through the proxy. */
export type Weather =
  /** Straight through. */
  | 'calm'
  /** Seven bytes at a time. */
  | 'sliced'
  /** Each piece some milliseconds late, some more than others, never out of order: TCP. */
  | 'jittery'
  /** What the client says arrives, what the server answers does not: stored, and nobody heard that it is. */
  | 'replies dropped'

/** How a connection ends before its time. */
export type Cut =
  /** Both sides hear of it at once (RST). */
  | 'reset'
  /** Nobody hears of it: nothing comes through any more, and both sides believe that the line is there. */
  | 'half-open'
  /** Only what the server says is lost from here on; after a moment the line is reset. */
  | 'deaf'

export interface Proxy {
  /** Like `http://127.0.0.1:5000`. */
  readonly address: string
  /** Connections that are through now and not cut. */
  live(): number
  /** Cuts one of them. @returns false when there is none */
  cut(how: Cut): boolean
  /** From now on all is calm, and those that are cut or deaf are let go. */
  calm(): void
  close(): Promise<void>
}

export interface ProxyOptions {
  /** The server's address. */
  readonly target: string
  readonly random: Random
  readonly weather: readonly Weather[]
  /** The most that a piece is late in jittery weather. */
  readonly lateMs?: number
  /** Cuts a connection by itself after so many bytes from the server, a new draw for each; null: not. */
  readonly bytesUntilCut?: () => number | null
}

const SLICE = 7
/** A whole megabyte in slices of seven would take minutes; what is sliced is the beginning, where frames and headers are. */
const SLICES = 400
const DEAF_MS = 150

interface Way {
  readonly pieces: Buffer[]
  due: number
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  readonly weather: Weather
  /** The pieces that are on their way, and when the last of them is due. */
  readonly up: Way
  readonly down: Way
  sliced: number
  bytesLeft: number | null
  state: 'through' | 'deaf' | 'dead'
}

/** A TCP proxy that makes bad weather. */
export async function startProxy({
  target,
  random,
  weather,
  lateMs = 20,
  bytesUntilCut,
}: ProxyOptions): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<Pair>()
  let choices = weather

  const destroy = (pair: Pair) => {
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
    pairs.delete(pair)
  }
  const write = (pair: Pair, to: Socket, data: Buffer) => {
    if (pair.state === 'dead' || to.destroyed) return
    if (pair.weather !== 'sliced' || pair.sliced >= SLICES) return void to.write(data)
    for (let at = 0; at < data.length; at += SLICE) {
      pair.sliced += 1
      to.write(data.subarray(at, at + SLICE))
    }
  }
  const pass = (pair: Pair, way: 'up' | 'down', data: Buffer) => {
    if (pair.state === 'dead') return
    if (way === 'down' && (pair.state === 'deaf' || pair.weather === 'replies dropped')) return
    const to = way === 'up' ? pair.server : pair.client
    if (pair.weather !== 'jittery') return write(pair, to, data)
    const now = performance.now()
    const late = pair[way]
    late.due = Math.max(late.due, now + random.number() * lateMs)
    late.pieces.push(data)
    // Timers that are due within the same millisecond may fire in any order: each takes the piece whose turn it is, not its own.
    setTimeout(() => write(pair, to, late.pieces.shift() ?? Buffer.alloc(0)), late.due - now)
  }
  const cutOne = (pair: Pair, how: Cut) => {
    if (how === 'reset') return destroy(pair)
    pair.state = how === 'deaf' ? 'deaf' : 'dead'
    if (how === 'deaf') setTimeout(() => destroy(pair), DEAF_MS)
  }

  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port), noDelay: true })
    const pair: Pair = {
      client,
      server,
      weather: random.pick(choices),
      up: { pieces: [], due: 0 },
      down: { pieces: [], due: 0 },
      sliced: 0,
      bytesLeft: bytesUntilCut?.() ?? null,
      state: 'through',
    }
    pairs.add(pair)
    client.on('data', (data: Buffer) => pass(pair, 'up', data))
    server.on('data', (data: Buffer) => {
      if (pair.bytesLeft === null) return pass(pair, 'down', data)
      const part = data.subarray(0, pair.bytesLeft)
      pair.bytesLeft -= part.length
      pass(pair, 'down', part)
      if (pair.bytesLeft <= 0) client.end(() => destroy(pair))
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => undefined)
      one.on('close', () => {
        // The dead ones' other end is not to hear of it, or it would not be half-open.
        if (pair.state === 'dead') return
        pairs.delete(pair)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => {
    listener.listen(0, '127.0.0.1', resolve)
  })
  const address = listener.address() as AddressInfo
  const through = () => [...pairs].filter(({ state }) => state === 'through')
  return {
    address: `http://127.0.0.1:${address.port}`,
    live: () => through().length,
    cut: (how) => {
      const all = through()
      if (all.length === 0) return false
      cutOne(random.pick(all), how)
      return true
    },
    calm: () => {
      choices = ['calm']
      for (const pair of pairs) if (pair.state !== 'through' || pair.weather === 'replies dropped') destroy(pair)
    },
    close: () =>
      new Promise((resolve) => {
        for (const pair of pairs) destroy(pair)
        listener.close(() => resolve())
      }),
  }
}
