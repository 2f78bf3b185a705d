import { connect, credsAuthenticator, errors, nkeyAuthenticator } from '@nats-io/transport-node'
import type { NatsConnection, Subscription } from '@nats-io/transport-node'
import type { NatsAddress } from './address.ts'

/** A connection to NATS that comes back by itself, with what was subscribed to. Nothing that is said while it is down waits for it. */
export interface NatsLine {
  readonly publish: (subject: string, text: string) => void
  /** @returns what ends it */
  readonly subscribe: (subject: string, hear: (text: string) => void) => () => void
  /** Resolves when NATS has taken everything so far; at once while it is away. */
  readonly flush: () => Promise<void>
  readonly isThere: () => boolean
  readonly close: () => Promise<void>
}

/** What waiting won't mend. `us`: NATS does not take who we say we are, or lets us do too little. `it`: it is not proved that this is the NATS that is meant. */
export type NatsRefusal = 'us' | 'it'

export interface NatsListeners {
  /** Hears when NATS has come, and when it has gone. */
  readonly onState?: (isThere: boolean) => void
  /** Hears once why there is none, until it has come or the reason is another. */
  readonly onRefusal?: (refusal: NatsRefusal) => void
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

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
/** What Node says of the network; EPROTO and ERR_… are of TLS. */
const OF_NETWORK = /^E(?!RR_|PROTO)[A-Z_]+$/

function refusalOf(error: unknown): NatsRefusal | null {
  const { AuthorizationError, UserAuthenticationExpiredError, PermissionViolationError } = errors
  if (
    [AuthorizationError, UserAuthenticationExpiredError, PermissionViolationError].some((one) => error instanceof one)
  )
    return 'us'
  if (error instanceof errors.ConnectionError && error.message.includes("not support 'tls'")) return 'it'
  // The client's own errors have names; what Node says of certificates comes as it is, or as a cause.
  const cause = error instanceof errors.ConnectionError ? error.cause : error
  return cause instanceof Error && cause.name === 'Error' && !OF_NETWORK.test(codeOf(cause)) ? 'it' : null
}

/** Tells of each change once. */
function openState({ onState = () => undefined, onRefusal = () => undefined }: NatsListeners) {
  let isThere = false
  let refusal: NatsRefusal | null = null
  let closed = false
  return {
    isThere: () => isThere,
    turn: (there: boolean): void => {
      if (there) refusal = null
      if (closed || isThere === there) return
      isThere = there
      onState(there)
    },
    fail: (error: unknown): void => {
      const now = refusalOf(error)
      if (closed || now === null || now === refusal) return
      refusal = now
      onRefusal(now)
    },
    close: (): void => {
      closed = true
    },
    isClosed: () => closed,
  }
}

export function openLine(address: NatsAddress, listeners: NatsListeners): NatsLine {
  const wanted = new Set<Wanted>()
  const state = openState(listeners)
  let line: NatsConnection | null = null

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
    if (state.isClosed()) return made.close()
    line = made
    for (const one of wanted) begin(one)
    state.turn(true)
    for await (const status of made.status()) {
      if (status.type === 'disconnect' || status.type === 'staleConnection') state.turn(false)
      if (status.type === 'reconnect') state.turn(true)
      if (status.type === 'error') state.fail(status.error)
    }
  }
  const keep = (): void => {
    // Whatever ended it (a wrong password, too): it is tried again, since who looks after NATS may put it right.
    void hold()
      .catch(state.fail)
      .finally(() => {
        state.turn(false)
        line = null
        if (!state.isClosed()) setTimeout(keep, RECONNECT_MS).unref()
      })
  }
  keep()
  return {
    publish: (subject, text) => {
      // The client would keep what it can't send, without end; a hint that is late is worth nothing.
      if (line !== null && state.isThere()) line.publish(subject, text)
    },
    subscribe: (subject, hear) => {
      const one: Wanted = { subject, hear, subscription: null }
      wanted.add(one)
      begin(one)
      return () => {
        if (wanted.delete(one) && line?.isClosed() === false) one.subscription?.unsubscribe()
      }
    },
    isThere: state.isThere,
    flush: async () => {
      if (state.isThere()) await line?.flush()
    },
    close: async () => {
      state.close()
      await line?.close()
    },
  }
}
