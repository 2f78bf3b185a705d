import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { randomUUID } from 'node:crypto'
import type { Setting } from './kit/process.ts'

/**
 * The server to be measured, as its own process: `node bench/server.ts '{"devices":100}'`. Real store, real sockets, real fsync; only
 * password hashing is cheap and rate limits are off. Prints one JSON line with the address and a device session per account.
 */

/** People who join side by side share a commit; more at once would have to wait for their passwords to be hashed. */
const AT_ONCE = 10
/** Straight into the store: as many as share a batch. */
const MANY = 1_000
const setting: Setting = JSON.parse(process.argv[2] ?? '{"devices":100}')
const server = await startTestServer({
  ...(setting.data === undefined ? {} : { data: setting.data }),
  env: setting.env ?? {},
})
const sessions: string[] = []
await inPortions(setting.devices, AT_ONCE, async (n) => {
  sessions[n] = (await server.newDevice(`user${n}`)).session
  for (let more = 0; more < (setting.more ?? 0); more += 1) await server.newDevice(`user${n}`, { existing: true })
})
await fill(server, setting)
process.stdout.write(`${JSON.stringify({ address: server.address, sessions })}\n`)
const stop = () => void server.stop().then(() => process.exit(0))
process.once('SIGTERM', stop)
// Whoever measures is gone.
process.stdin.resume().once('end', stop)

/** Other people in the same database, and what waits for them: straight into the store, many at once. */
async function fill({ services: { store } }: TestServer, { accounts = 0, waiting = 0 }: Setting): Promise<void> {
  const now = Date.now()
  const others = Math.max(accounts, waiting === 0 ? 0 : Math.ceil(waiting / 5_000))
  await inPortions(others, MANY, (n) =>
    store.createAccount({
      username: `other${n}`,
      passwordHash: 'none',
      publicKey: `key of other${n}`,
      wrappedByPassword: null,
      recovery: null,
      now,
      inviteHash: null,
      proof: null,
    }),
  )
  const first = (await store.findAccount('other0'))?.account ?? 0
  const text = 'x'.repeat(400)
  await inPortions(waiting, MANY, (n) =>
    store.append({
      sender: first + (n % others),
      fromMailbox: null,
      id: randomUUID(),
      timestamp: 1,
      now,
      to: [{ username: `other${(n + 1) % others}`, message_text: text }],
    }),
  )
}

async function inPortions(count: number, portion: number, call: (n: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += portion) {
    await Promise.all(Array.from({ length: Math.min(portion, count - from) }, (_, n) => call(from + n)))
  }
}
