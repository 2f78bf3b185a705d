import { monitorEventLoopDelay } from 'node:perf_hooks'
import { DatabaseSync } from 'node:sqlite'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { LIMITS } from '@chatnip/protocol'
import { localBus } from '../../../server/src/bus/local.ts'
import { systemClock } from '../../../server/src/clock.ts'
import { databaseFile, filesPlaceOf, readConfig } from '../../../server/src/config.ts'
import { openFiles } from '../../../server/src/files/place.ts'
import { faultOf, openLog } from '../../../server/src/log.ts'
import type { Store } from '../../../server/src/store/store.ts'
import { openSqliteStore } from '../../../server/src/store/sqlite/sqlite.ts'

/**
 * The real server with an eye on its inside, for figures that nobody sees from without: how late its event loop is and how much waits in
 * memory for a connection. Asked and answered over the channel to the parent process. Password hashing is cheap, so that a load of requests
 * measures something else. With CHATNIP_MISTAKE it is the control of a test: the same server with one thing wrong.
 */
type Mistake = 'disk on the main thread' | 'sends without looking' | 'throws'

const mistake = process.env['CHATNIP_MISTAKE'] as Mistake | undefined

// Before anything reads them.
if (mistake === 'sends without looking')
  Object.assign(LIMITS, { inFlightPerDevice: 1_000_000, socketBufferBytes: 2 ** 40, stalledSeconds: 3_600 })

const { Connection } = await import('../../../server/src/socket/connection.ts')
const { startServer } = await import('../../../server/src/server.ts')

// Memory is compared after everything that is garbage has gone.
setFlagsFromString('--expose-gc')
const collect = (): unknown => runInNewContext('gc()')

const config = readConfig(process.env)
const log = openLog(config.log)
const delay = monitorEventLoopDelay({ resolution: 5 })
let mostBuffered = 0

const { flush } = Object.getOwnPropertyDescriptors(Connection.prototype)
const realFlush: unknown = flush.value
Connection.prototype.flush = function watchedFlush() {
  mostBuffered = Math.max(mostBuffered, this.buffered())
  if (typeof realFlush === 'function') Reflect.apply(realFlush, this, [])
  mostBuffered = Math.max(mostBuffered, this.buffered())
}

function withMistake(store: Store): Store {
  if (mistake === 'disk on the main thread') {
    const db = new DatabaseSync(databaseFile(config.data), { timeout: 250 })
    const append: Store['append'] = (message) => {
      try {
        db.exec('BEGIN IMMEDIATE; ROLLBACK')
      } catch {
        // Busy: the real store says so.
      }
      return store.append(message)
    }
    return { ...store, append }
  }
  if (mistake === 'throws') {
    const findAccount: Store['findAccount'] = (name) => {
      if (name === 'constructor' || name.length === LIMITS.usernameCharacters) throw new TypeError('planted')
      return store.findAccount(name)
    }
    return { ...store, findAccount }
  }
  return store
}

const store = withMistake(await openSqliteStore({ file: databaseFile(config.data) }))
const passwordCost = { memoryKiB: 8, passes: 1, lanes: 1 }
const files = openFiles(filesPlaceOf(config))
const parts = { store, bus: localBus(), files, clock: systemClock(), log, passwordCost }
const server = await startServer(config, parts)

const exit = (thrown: unknown) => {
  log.error({ fault: faultOf(thrown) }, 'An unforeseen error; the server stops.')
  process.exit(1)
}
process.on('uncaughtException', exit)
process.on('unhandledRejection', exit)
process.on('message', (question) => {
  if (question === 'begin') {
    mostBuffered = 0
    delay.enable()
    delay.reset()
  }
  if (question === 'tidy') collect()
  const { rss, heapUsed, external } = process.memoryUsage()
  const milliseconds = { delayP99: delay.percentile(99) / 1e6, delayMost: delay.max / 1e6 }
  process.send?.({ ...milliseconds, mostBuffered, rss, heapUsed, external })
})
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
process.stdout.write(`Chatnip is ready at ${server.address}\n`)
