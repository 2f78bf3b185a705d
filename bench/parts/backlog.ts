import { openHttp } from '../kit/http.ts'
import { repeat } from '../kit/part.ts'
import type { Part } from '../kit/part.ts'
import { startServer } from '../kit/process.ts'
import type { Server } from '../kit/process.ts'
import { sendAll } from '../kit/senders.ts'

/**
 * Whoever is away. First: messages for people who are not there, 50 senders with 32 each under way; accepted means on disk. Then one mailbox
 * fills up to 100,000: how long a first page of 100 takes and how many bytes of memory the server has, at each step.
 */
export const backlog: Part = {
  name: 'backlog',
  run: async ({ report, runs }) => {
    const server = await startServer({ devices: SENDERS + 20 })
    await repeat(runs, async (run) => {
      const to = (sender: number, n: number) => [`user${SENDERS + 1 + ((sender + n + run) % 19)}`]
      const figures = await sendAll(server, { senders: SENDERS, window: 32, messages: 20_000, bytes: 400, to })
      report.add({ part: 'backlog', who: 'chatnip', what: 'accepted for absent people', figures })
    })
    let waiting = 0
    for (const wanted of [100, 10_000, 100_000]) {
      await fill(server, wanted - waiting)
      waiting = wanted
      await repeat(runs, async () => {
        const figures = { firstPageMs: await firstPage(server), mebibytes: server.memory() / 1_024 ** 2 }
        report.add({ part: 'backlog', who: 'chatnip', what: `${wanted} waiting in one mailbox`, figures })
      })
    }
    await server.stop()
  },
}

const SENDERS = 50
const ABSENT = `user${SENDERS}`

async function fill(server: Server, messages: number): Promise<void> {
  await sendAll(server, { senders: SENDERS, window: 32, messages, bytes: 400, to: () => [ABSENT] })
}

async function firstPage(server: Server): Promise<number> {
  const line = await openHttp(server.address)
  const session = server.sessions[SENDERS] ?? ''
  const began = performance.now()
  const page: unknown = JSON.parse(await line.post('download_messages', { after: 0 }, session))
  const took = performance.now() - began
  line.close()
  if (!Array.isArray(page) || page.length !== 100) throw new Error('the first page is not whole')
  return took
}
