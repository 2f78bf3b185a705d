import { natsAddressOf } from '../../../server/src/bus/nats/address.ts'
import { openLine } from '../../../server/src/bus/nats/line.ts'
import { systemClock } from '../../../server/src/clock.ts'
import { filesPlaceOf, readConfig } from '../../../server/src/config.ts'
import { openFiles } from '../../../server/src/files/place.ts'
import { openLog } from '../../../server/src/log.ts'
import { openNode } from '../../../server/src/node.ts'
import { startServer } from '../../../server/src/server.ts'

/**
 * The control of T10: a node with one mistake. It delivers by what NATS says alone: a message of which no hint has come is not there for it.
 */
const config = readConfig(process.env)
const log = openLog(config.log)
const { store, bus } = await openNode(config.databaseUrl ?? '', config.natsUrl, { log })
const line = openLine(natsAddressOf(config.natsUrl ?? ''), {})
const hinted = new Set<string>()
line.subscribe('alone', (place) => {
  hinted.add(place)
  const [mailbox, seq] = place.split(' ').map(Number)
  bus.wake(mailbox ?? 0, seq ?? 0)
})
const alone: typeof store = {
  ...store,
  append: async (message) => {
    const result = await store.append(message)
    for (const { mailbox, seq } of result.result === 'accepted' ? result.entries : []) {
      hinted.add(`${mailbox} ${seq}`)
      line.publish('alone', `${mailbox} ${seq}`)
    }
    return result
  },
  arrivals: () => Promise.resolve({ upto: 0, mailboxes: [] }),
  read: async (mailbox, after, limit) => {
    const page = await store.read(mailbox, after, limit)
    return page.filter(({ seq }) => hinted.has(`${mailbox} ${seq}`))
  },
}
const files = openFiles(filesPlaceOf(config))
const server = await startServer(config, { store: alone, bus, files, clock: systemClock(), log })
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
process.stdout.write(`Chatnip is ready at ${server.address}\n`)
