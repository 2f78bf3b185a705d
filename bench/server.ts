import { startTestServer } from '@chatnip/server/testing'

/**
 * The server to be measured, as its own process: `node bench/server.ts ACCOUNTS`. Real store, real sockets, real fsync; only
 * password hashing is cheap and rate limits are off. Prints one JSON line with the address and a device session per account.
 */
const accounts = Number(process.argv[2] ?? 100)
const server = await startTestServer()
const sessions: string[] = []
for (let n = 0; n < accounts; n++) sessions.push((await server.newDevice(`user${n}`)).session)
process.stdout.write(`${JSON.stringify({ address: server.address, sessions })}\n`)
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)))
