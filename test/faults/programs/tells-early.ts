import { localBus } from '../../../server/src/bus/local.ts'
import { systemClock } from '../../../server/src/clock.ts'
import { databaseFile, filesPlaceOf, readConfig } from '../../../server/src/config.ts'
import { openFiles } from '../../../server/src/files/place.ts'
import { openLog } from '../../../server/src/log.ts'
import { startServer } from '../../../server/src/server.ts'
import { openSqliteStore } from '../../../server/src/store/sqlite/sqlite.ts'

/**
 * The control of T1: the server with one mistake. It tells the sender that a message is accepted as soon as it has handed it to the storage
 * thread, and does not wait for the commit. Everything else is the real server.
 */
const config = readConfig(process.env)
const store = await openSqliteStore({ file: databaseFile(config.data) })
const bus = localBus()
const early: typeof store = {
  ...store,
  append: (message) => {
    void store.append(message).then((result) => {
      if (result.result !== 'accepted') return
      for (const { mailbox, seq } of result.entries) bus.wake(mailbox, seq)
    })
    return Promise.resolve({ result: 'accepted', after: 0, duplicate: false, entries: [] })
  },
}
const files = openFiles(filesPlaceOf(config))
const log = openLog(config.log)
const server = await startServer(config, { store: early, bus, files, clock: systemClock(), log })
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
process.stdout.write(`Chatnip is ready at ${server.address}\n`)
