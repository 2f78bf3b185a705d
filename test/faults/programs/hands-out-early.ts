import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localBus } from '../../../server/src/bus/local.ts'
import { systemClock } from '../../../server/src/clock.ts'
import { databaseFile, filesPlaceOf, readConfig } from '../../../server/src/config.ts'
import { openFiles } from '../../../server/src/files/place.ts'
import { openLog } from '../../../server/src/log.ts'
import { startServer } from '../../../server/src/server.ts'
import { openSqliteStore } from '../../../server/src/store/sqlite/sqlite.ts'

/**
 * The control of T17: the server with one mistake. It keeps key packages in memory, writes them down now and then, and hands one out before it is
 * written that it is gone. (One account has them, on one device; that is all that the test asks of it.)
 */
const SAVES_EVERY_MS = 200
const config = readConfig(process.env)
const file = join(config.data, 'key-packages.json')
const waiting: string[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
const save = () => writeFileSync(file, JSON.stringify(waiting))
setInterval(save, SAVES_EVERY_MS).unref()

const store = await openSqliteStore({ file: databaseFile(config.data) })
const early: typeof store = {
  ...store,
  addKeyPackages: (_account, _deviceId, { fresh }) => {
    waiting.push(...fresh)
    save()
    return Promise.resolve({ count: waiting.length, hasLastResort: false })
  },
  countKeyPackages: () => Promise.resolve({ count: waiting.length, hasLastResort: false }),
  claimKeyPackages: () => {
    const first = waiting.shift()
    return Promise.resolve(
      first === undefined ? [] : [{ deviceId: 'x'.repeat(32), keyPackage: first, isLastResort: false }],
    )
  },
}
const files = openFiles(filesPlaceOf(config))
const parts = { store: early, bus: localBus(), files, clock: systemClock(), log: openLog(config.log) }
const server = await startServer(config, parts)
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
process.stdout.write(`Chatnip is ready at ${server.address}\n`)
