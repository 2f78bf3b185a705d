import { openHttp } from '../kit/http.ts'
import { openPairs } from '../kit/pairs.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { startServer } from '../kit/process.ts'
import type { Server, Setting } from '../kit/process.ts'

/**
 * The same load on databases of different sizes: 10, 1,000 and 100,000 other accounts; 0, 10,000 and 1,000,000 messages waiting for others.
 * What people do must cost the same: relaying (32 in flight), looking up a key, reading one's own empty mailbox.
 */
export const growth: Part = {
  name: 'growth',
  run: async ({ report, runs }) => {
    for (const { what, setting } of SIZES) {
      const server = await startServer({ devices: 100, ...setting })
      const pairs = await openPairs(server)
      await pairs.run(LOAD)
      await repeat(runs, async () => {
        const { cpuSecondsPer10k } = await pairs.run(LOAD)
        const figures = { cpuSecondsPer10k, ...(await askOften(server)) }
        report.add({ part: 'growth', who: 'chatnip', what, figures })
      })
      pairs.close()
      await server.stop()
    }
  },
}

const LOAD = { window: 32, messages: 20_000, bytes: 400 }

const SIZES: readonly { what: string; setting: Partial<Setting> }[] = [
  { what: '10 accounts', setting: { accounts: 10 } },
  { what: '1000 accounts', setting: { accounts: 1_000 } },
  { what: '100000 accounts', setting: { accounts: 100_000 } },
  { what: '10000 waiting', setting: { waiting: 10_000 } },
  { what: '1000000 waiting', setting: { waiting: 1_000_000 } },
]

/** CPU milliseconds of the server for each of many such requests. */
async function askOften(server: Server) {
  const line = await openHttp(server.address)
  const session = server.sessions[0] ?? ''
  const cost = async (name: string, body: object) => {
    const cpu = server.cpuSeconds()
    for (let n = 0; n < REQUESTS; n += 1) await line.post(name, body, session)
    return ((server.cpuSeconds() - cpu) / REQUESTS) * 1_000
  }
  const keyLookupMs = await cost('get_public_key', { username: 'user1' })
  const emptyPageMs = await cost('download_messages', { after: 0 })
  line.close()
  return { keyLookupMs, emptyPageMs }
}

const REQUESTS = 1_000
