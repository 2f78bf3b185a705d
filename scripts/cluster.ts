import { parseArgs } from 'node:util'
import { startCluster } from '../test/cluster/kit/cluster.ts'
import { ensureWebBundle } from './bundles.ts'

/**
 * `npm run cluster [-- --nodes 3] [--port 5000]`: several nodes on this machine, with a PostgreSQL of their own, a NATS where there is one, and a small
 * balancer before them. Everything is gone when it ends.
 */
const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '3' }, port: { type: 'string', default: '5000' } },
})

await ensureWebBundle()
const cluster = await startCluster({
  nodes: Number(values.nodes),
  port: Number(values.port),
  env: { CHATNIP_RATE_LIMITS: 'on' },
})
if (typeof cluster === 'string') {
  console.error(`There can be no cluster here: ${cluster}.`)
  process.exit(1)
}
const { addresses, balancer, nats } = cluster
console.log(`${addresses.length} nodes, each also by itself: ${addresses.join(', ')}`)
console.log(
  typeof nats === 'string'
    ? `Without NATS (${nats}): between nodes a message takes up to two seconds.`
    : `NATS wakes them.`,
)
console.log(
  'Open it in two browsers: each new connection goes to the next node. Ctrl+C ends it, and forgets everything.',
)
console.log(`Chatnip is ready at ${balancer.address}`)

const end = () => {
  cluster.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  )
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
