import { localBus } from '../../../server/src/bus/local.ts'
import { systemClock } from '../../../server/src/clock.ts'
import { databaseFile, filesPlaceOf, readConfig } from '../../../server/src/config.ts'
import { openFiles } from '../../../server/src/files/place.ts'
import { openLog } from '../../../server/src/log.ts'
import { startServer } from '../../../server/src/server.ts'
import { openSqliteStore } from '../../../server/src/store/sqlite/sqlite.ts'

/**
 * The control of T9: the server with one mistake. What it hands over it forgets at once, and does not wait until the device says that it has it.
 */
const config = readConfig(process.env)
const store = await openSqliteStore({ file: databaseFile(config.data) })
const forgetful: typeof store = {
  ...store,
  read: async (mailbox, after, limit) => {
    const page = await store.read(mailbox, after, limit)
    const last = page.at(-1)
    if (last !== undefined) await store.acknowledge(mailbox, last.seq)
    return page
  },
}
const bus = localBus()
const files = openFiles(filesPlaceOf(config))
const log = openLog(config.log)
const server = await startServer(config, { store: forgetful, bus, files, clock: systemClock(), log })
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
process.stdout.write(`Chatnip is ready at ${server.address}\n`)
