import { randomBytes } from 'node:crypto'
import type { Bus } from './bus/bus.ts'
import { localBus } from './bus/local.ts'
import type { NatsRefusal } from './bus/nats/line.ts'
import { natsBus } from './bus/nats/nats.ts'
import { overStore } from './bus/nodes.ts'
import type { Log } from './log.ts'
import { openPostgresStore } from './store/postgres/postgres.ts'
import type { Store, StoreLimits } from './store/store.ts'

const NATS_REFUSED = {
  us: 'NATS refuses us: look at the password, token, nkey or creds in NATS_URL, and whether that user may publish and subscribe to chatnip.>. Until then messages between nodes take up to two seconds.',
  it: 'NATS does not prove that it is the one that is meant: look at the host and at ca in NATS_URL, and whether it is to be tls://. Until then messages between nodes take up to two seconds.',
} as const

/**
 * What makes a server one node of many: the store that they share, and a bus between them. Without NATS nodes look for what came
 * (delivery/arrivals.ts), and tell each other through the store what can't wait.
 *
 * @throws Error with a sentence for people: the database can't be reached or is set to lose messages, an address makes no sense, …
 */
export async function openNode(
  databaseUrl: string,
  natsUrl: string | null,
  { limits, log }: { readonly limits?: Partial<StoreLimits>; readonly log: Log },
): Promise<{ store: Store; bus: Bus }> {
  const store = await openPostgresStore({ url: databaseUrl, ...(limits === undefined ? {} : { limits }) })
  try {
    const installation = Buffer.from(await store.secret('bus', randomBytes(8))).toString('hex')
    const onState = (isThere: boolean) =>
      isThere
        ? log.info({}, 'NATS is there.')
        : log.warn({}, 'NATS is away: messages between nodes take up to two seconds.')
    const onRefusal = (refusal: NatsRefusal) => log.error({}, NATS_REFUSED[refusal])
    const hints = natsUrl === null ? localBus() : natsBus({ url: natsUrl, installation, onState, onRefusal })
    return { store, bus: overStore(hints, store) }
  } catch (cause) {
    await store.close()
    throw cause
  }
}
