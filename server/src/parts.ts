import type { Bus } from './bus/bus.ts'
import { localBus } from './bus/local.ts'
import { ConfigError, databaseFile, filesPlaceOf, storeLimits } from './config.ts'
import type { Config } from './config.ts'
import type { Files } from './files/files.ts'
import { openFiles } from './files/place.ts'
import { watchFiles } from './files/watched.ts'
import type { Log } from './log.ts'
import { openSqliteStore } from './store/sqlite/sqlite.ts'
import type { Store, StoreLimits } from './store/store.ts'

interface Options {
  readonly log: Log
  /** Other than those that the configuration gives. */
  readonly limits?: Partial<StoreLimits>
}

interface OpenedParts {
  readonly store: Store
  readonly bus: Bus
  readonly files: Files
}

/**
 * One node with the database in its folder, or one of many. What many need is loaded only then: it would cost everybody else time at the start,
 * and memory.
 *
 * @throws ConfigError when the settings contradict each other, Error with a sentence for people when a part can't be opened
 */
export async function openParts(config: Config, { log, limits: others }: Options): Promise<OpenedParts> {
  const limits = { ...storeLimits(config), ...others }
  const files = watchFiles(openFiles(filesPlaceOf(config)), log)
  if (config.databaseUrl !== null) {
    const { openNode } = await import('./node.ts')
    return { ...(await openNode(config.databaseUrl, config.natsUrl, { limits, log })), files }
  }
  if (config.natsUrl !== null) throw new ConfigError('NATS_URL is for several nodes, which need a DATABASE_URL too.')
  return { store: await openSqliteStore({ file: databaseFile(config.data), limits }), bus: localBus(), files }
}
