import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { ChatnipError } from '@chatnip/protocol'
import type { Bus } from '../bus/bus.ts'
import { filesPlaceOf } from '../config.ts'
import type { Config } from '../config.ts'
import type { Files } from '../files/files.ts'
import type { AppendResult, NewMessage, Store } from '../store/store.ts'
import { openRegistry } from './registry.ts'
import type { Registry } from './registry.ts'

/** What a node counts while CHATNIP_METRICS is set. Without it nothing of this is loaded, and nothing stands between the parts. */
export interface Metrics {
  /** The same, counted. */
  store(store: Store): Store
  files(files: Files): Files
  /** @param route as it stands in the table of endpoints; anything else counts as other */
  answered(route: string, status: number, seconds: number): void
  /** The page, as of now. */
  text(now: { readonly devices: number; readonly bus: Bus }): string
  close(): void
}

const NANO = 1e-9
/** The histogram looks so often, and counts the wait itself as well. */
const LOOK_MS = 20

/** @param config what of it stands in `chatnip_info` */
export function openMetrics(config: Config): Metrics {
  const registry = openRegistry()
  const delay = monitorEventLoopDelay({ resolution: LOOK_MS })
  delay.enable()
  registry.set('process_start_time_seconds', Math.round(performance.timeOrigin / 1_000))
  registry.set('chatnip_info', 1, [
    config.databaseUrl === null ? 'sqlite' : 'postgres',
    config.natsUrl === null ? 'local' : 'nats',
    's3' in filesPlaceOf(config) ? 's3' : 'folder',
  ])
  return {
    store: (store) => countStore(store, registry),
    files: (files) => countFiles(files, registry),
    answered: (route, status, seconds) => {
      const endpoint = route.slice(1)
      registry.add('chatnip_http_requests_total', [endpoint, String(status)])
      registry.add('chatnip_http_seconds_total', [endpoint], seconds)
    },
    text: ({ devices, bus }) => {
      const { user, system } = process.cpuUsage()
      registry.set('process_cpu_seconds_total', (user + system) / 1e6)
      registry.set('process_resident_memory_bytes', process.memoryUsage.rss())
      registry.set('chatnip_connected_devices', devices)
      if (bus.isThere !== undefined) registry.set('chatnip_bus_connected', bus.isThere() ? 1 : 0)
      for (const quantile of ['0.5', '0.99', '1']) {
        const late = delay.percentile(Number(quantile) * 100) * NANO - LOOK_MS / 1_000
        registry.set('chatnip_event_loop_delay_seconds', Math.max(0, late), [quantile])
      }
      delay.reset()
      return registry.text()
    },
    close: () => delay.disable(),
  }
}

/** What the machine did, and no caller. */
const isFault = (error: unknown): boolean =>
  !(error instanceof ChatnipError) || error.code === 'unavailable' || error.code === 'disk_full'

function countStore(store: Store, registry: Registry): Store {
  const count = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      if (isFault(error))
        registry.add('chatnip_store_failures_total', [error instanceof ChatnipError ? error.code : ''])
      throw error
    }
  }
  const append = async (message: NewMessage): Promise<AppendResult> => {
    const begun = performance.now()
    try {
      const answer = await count(store.append(message))
      countAnswer(answer, registry)
      if (answer.result === 'accepted') registry.observe('chatnip_append_seconds', (performance.now() - begun) / 1_000)
      return answer
    } catch (error) {
      registry.add('chatnip_messages_total', [isFault(error) ? 'failed' : ''])
      throw error
    }
  }
  return {
    ...store,
    append,
    read: (...asked) => {
      registry.add('chatnip_reads_total')
      return count(store.read(...asked))
    },
    acknowledge: (...asked) => {
      registry.add('chatnip_acknowledgements_total')
      return count(store.acknowledge(...asked))
    },
    take: (...asked) => count(store.take(...asked)),
    arrivals: (after) => count(store.arrivals(after)),
    probe: () => count(store.probe()),
    expire: async (...asked) => {
      const wakes = await count(store.expire(...asked))
      registry.add('chatnip_expired_total', [], wakes.length)
      return wakes
    },
  }
}

function countAnswer(answer: AppendResult, registry: Registry): void {
  if (answer.result !== 'accepted') return registry.add('chatnip_messages_total', [answer.result])
  registry.add('chatnip_messages_total', [answer.duplicate ? 'duplicate' : 'accepted'])
  registry.add('chatnip_entries_total', [], answer.entries.length)
}

function countFiles(files: Files, registry: Registry): Files {
  const count =
    (operation: string) =>
    (error: unknown): never => {
      registry.add('chatnip_file_failures_total', [operation])
      throw error
    }
  return {
    place: files.place,
    put: (name, bytes) => files.put(name, bytes).catch(count('put')),
    get: (name) => files.get(name).catch(count('get')),
    remove: (names) => files.remove(names).catch(count('remove')),
  }
}
