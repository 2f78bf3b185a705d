import { WebSocket } from 'ws'

/** Devices that connect and are then stopped with their whole process: `node never-reads.ts ADDRESS SESSION…`. Says when all are there. */
const [address = '', ...sessions] = process.argv.slice(2)
const open = sessions.map(
  (session) =>
    new Promise<void>((resolve, reject) => {
      const headers = { authorization: `Bearer ${session}` }
      const ws = new WebSocket(`${address.replace('http', 'ws')}/socket`, { headers, perMessageDeflate: false })
      ws.once('open', resolve)
      ws.once('error', reject)
    }),
)
await Promise.all(open)
process.stdout.write('there\n')
// Until it is killed.
setInterval(() => undefined, 1_000)
