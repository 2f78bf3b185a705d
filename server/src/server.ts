import { randomBytes } from 'node:crypto'
import { openAvatars } from './accounts/avatars.ts'
import { openPasswords } from './accounts/passwords.ts'
import type { Argon2Cost } from './accounts/passwords.ts'
import { openProofs } from './accounts/proof.ts'
import { openQuestions } from './accounts/questions.ts'
import { openSessions } from './accounts/sessions.ts'
import { openBlobs } from './blobs/blobs.ts'
import type { Bus } from './bus/bus.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { watchArrivals } from './delivery/arrivals.ts'
import { openDelivery } from './delivery/delivery.ts'
import { startExpiry } from './delivery/expiry.ts'
import type { Files } from './files/files.ts'
import { openApp } from './http/app.ts'
import { WEB_BUNDLE } from './http/pages.ts'
import { openLimiter, unlimited } from './limits/limiter.ts'
import type { Limiter } from './limits/limiter.ts'
import { shareLimits } from './limits/shared.ts'
import { openSlots } from './limits/slots.ts'
import type { Log } from './log.ts'
import type { Services } from './services.ts'
import { openPush } from './push/open.ts'
import type { PushPolicy } from './push/policy.ts'
import { openSockets } from './socket/sockets.ts'
import { acceptUpgrades } from './socket/upgrade.ts'
import type { Store } from './store/store.ts'

/** What a server is put together from. Nothing in here knows which store or bus it is. */
export interface Parts {
  readonly store: Store
  readonly bus: Bus
  readonly files: Files
  readonly clock: Clock
  readonly log: Log
  /** Lowered in tests only. */
  readonly passwordCost?: Argon2Cost
  /** The folder of the built web app. Another in tests only. */
  readonly pages?: string
  /** Whom it may push to, when not what the settings say. In tests only. */
  readonly push?: PushPolicy
}

export interface RunningServer {
  /** Like `http://127.0.0.1:5000`. */
  readonly address: string
  readonly services: Services
  /** Where its figures are, or null. */
  readonly metrics: string | null
  /**
   * Takes no more, tells the sockets to come back, lets what is under way finish, and closes store and bus.
   * Takes at most about four seconds.
   */
  stop(): Promise<void>
}

/** Requests that have not finished by then are cut; nothing that was accepted is lost by it. */
const DRAIN_MS = 3_500

/** Each may be a page of two megabytes: enough for a long poll of every device and some more. */
const DOWNLOADS_AT_ONCE = 16

/** A form is read into memory, up to 5 MB, before it can name its session. */
const UPLOADS_AT_ONCE = 4

/** @throws ConfigError for a bad questions file, or what listening throws (EADDRINUSE, EACCES, …) */
export async function startServer(config: Config, parts: Parts): Promise<RunningServer> {
  const figures = config.metrics === null ? null : (await import('./metrics/figures.ts')).openFigures(config, parts)
  const services = await openServices(config, figures?.parts ?? parts)
  const { store, bus, clock, log } = services
  const stopping = new AbortController()
  const sockets = openSockets(services)
  const app = await openApp(services, stopping.signal, parts.pages ?? WEB_BUNDLE)
  figures?.watch(app)
  acceptUpgrades(app.server, sockets, services)
  const expiry = startExpiry({ store, bus, clock, log, blobs: services.blobs }, config.retentionDays)
  const stopWatching = watchArrivals(services)
  const metrics = (await figures?.serve(() => sockets.count())) ?? null
  const address = await app.listen({ host: config.host, port: config.port })

  const stop = async () => {
    stopping.abort()
    const cut = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
    await Promise.all([sockets.close('restarting'), app.close()])
    clearTimeout(cut)
    await figures?.close()
    services.sessions.close()
    services.pushes.close()
    stopWatching()
    await expiry.stop()
    await store.close()
    await bus.close()
  }
  let stopped: Promise<void> | null = null
  return { address, metrics, services, stop: () => (stopped ??= stop()) }
}

/** Several nodes count together. */
async function openLimits(
  config: Config,
  { store, bus, clock }: Pick<Parts, 'store' | 'bus' | 'clock'>,
): Promise<Limiter> {
  const own = openLimiter(() => clock.now())
  if (config.databaseUrl === null) return own
  return shareLimits(own, { bus, clock, secret: await store.secret('rate limits', randomBytes(32)) })
}

async function openServices(config: Config, parts: Parts): Promise<Services> {
  const { store, bus, files, clock, log, passwordCost } = parts
  const now = () => clock.now()
  const limiter = config.rateLimits === 'on' ? await openLimits(config, { store, bus, clock }) : unlimited
  if (config.rateLimits === 'off')
    log.warn({}, 'CHATNIP_RATE_LIMITS=off: anybody can guess passwords and flood. For tests and benchmarks only.')
  const pushes = await openPush(config, { store, clock, log }, parts.push)
  return {
    config,
    clock,
    log,
    store,
    bus,
    limiter,
    downloads: openSlots(DOWNLOADS_AT_ONCE),
    uploads: openSlots(UPLOADS_AT_ONCE),
    passwords: openPasswords(passwordCost),
    questions: openQuestions(config.questions),
    proofs: openProofs(await store.secret('proof of work', randomBytes(32)), now),
    avatars: openAvatars(store, files),
    blobs: openBlobs({ store, files, clock, retentionDays: config.retentionDays }),
    sessions: openSessions(store, bus, clock, config.sessionMinutes),
    pushes,
    delivery: openDelivery(store, bus, clock, { limiter, absent: (mailbox, seq) => pushes.note(mailbox, seq) }),
  }
}
