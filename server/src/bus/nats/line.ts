import { connect, credsAuthenticator, nkeyAuthenticator } from '@nats-io/transport-node'
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import type { NatsAddress } from './address.ts'

/** A connection to NATS that comes back by itself, with what was subscribed to. Nothing that is said while it is down waits for it. */
export interface NatsLine {
  readonly publish: (subject: string, text: string) => void
  /** @returns what ends it */
  readonly subscribe: (subject: string, hear: (text: string) => void) => () => void
  /** Resolves when NATS has taken everything so far; at once while it is away. */
  readonly flush: () => Promise<void>
  readonly close: () => Promise<void>
}

interface Wanted {
  readonly subject: string
  readonly hear: (text: string) => void
  subscription: Subscription | null
}

const RECONNECT_MS = 500
/** A connection that died without a word is noticed after two of these. */
const PING_MS = 2_000

const join = ({ tls, nkey, creds, ...where }: NatsAddress): Promise<NatsConnection> =>
  connect({
    ...where,
    ...(nkey === undefined ? {} : { authenticator: nkeyAuthenticator(Buffer.from(nkey)) }),
    ...(creds === undefined ? {} : { authenticator: credsAuthenticator(Buffer.from(creds)) }),
    ...(tls === null ? {} : { tls }),
    name: 'chatnip',
    noEcho: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    pingInterval: PING_MS,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
  })

/** @param onState hears when NATS has come, and when it has gone */
export function openLine(address: NatsAddress, onState: (isThere: boolean) => void): NatsLine {
  const wanted = new Set<Wanted>()
  let line: NatsConnection | null = null
  let isThere = false
  let closed = false

  const turn = (there: boolean): void => {
    if (closed || isThere === there) return
    isThere = there
    onState(there)
  }
  const begin = (one: Wanted): void => {
    one.subscription =
      line?.subscribe(one.subject, {
        callback: (error, message) => {
          if (error === null) one.hear(message.string())
        },
      }) ?? null
  }
  const hold = async (): Promise<void> => {
    const made = await join(address)
    if (closed) return made.close()
    line = made
    for (const one of wanted) begin(one)
    turn(true)
    for await (const { type } of made.status()) {
      if (type === 'disconnect' || type === 'staleConnection') turn(false)
      if (type === 'reconnect') turn(true)
    }
  }
  const keep = (): void => {
    // Whatever ended it (a wrong password, too): it is tried again, and the state is all that anybody hears.
    void hold()
      .catch(() => undefined)
      .finally(() => {
        turn(false)
        line = null
        if (!closed) setTimeout(keep, RECONNECT_MS).unref()
      })
  }
  keep()
  return {
    publish: (subject, text) => {
      // The client would keep what it can't send, without end; a hint that is late is worth nothing.
      if (line !== null && isThere) line.publish(subject, text)
    },
    subscribe: (subject, hear) => {
      const one: Wanted = { subject, hear, subscription: null }
      wanted.add(one)
      begin(one)
      return () => {
        if (wanted.delete(one) && line?.isClosed() === false) one.subscription?.unsubscribe()
      }
    },
    flush: async () => {
      if (isThere) await line?.flush()
    },
    close: async () => {
      closed = true
      await line?.close()
    },
  }
}
