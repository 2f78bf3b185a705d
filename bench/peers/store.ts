import { randomUUID } from 'node:crypto'
import { startTestServer } from '@chatnip/server/testing'
import type { Load } from '../kit/pairs.ts'

/**
 * Chatnip's store without its sockets, in the thread where it lives: `node bench/peers/store.ts '{"window":32,"messages":50000,"bytes":400}'`. 50 senders
 * append, their addressees acknowledge what each commit brought. For every line on standard input one run; prints its figures as a line of JSON.
 */
const PAIRS = 50
const server = await startTestServer()
const { store } = server.services
const people: { account: number; mailbox: number }[] = []
for (let n = 0; n < 2 * PAIRS; n += 1) people.push(await join(`user${n}`))
process.stdout.write('ready\n')
const load: Load = JSON.parse(process.argv[2] ?? '{"window":32,"messages":50000,"bytes":400}')
process.stdin.on('data', () => void run(load).then((figures) => process.stdout.write(`${JSON.stringify(figures)}\n`)))
const stop = () => void server.stop().then(() => process.exit(0))
process.once('SIGTERM', stop)
process.stdin.once('end', stop)

async function join(username: string): Promise<{ account: number; mailbox: number }> {
  await server.newDevice(username)
  const account = (await store.findAccount(username))?.account ?? 0
  const [session] = await store.listSessions(account, Date.now())
  return { account, mailbox: session?.device?.mailbox ?? 0 }
}

async function run({ window, messages, bytes }: Load) {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const share = Math.ceil(messages / PAIRS)
  await Promise.all(
    Array.from({ length: PAIRS * window }, (_, n) => write(n % PAIRS, Math.ceil(share / window), 'x'.repeat(bytes))),
  )
  const { user, system } = process.cpuUsage(cpu)
  const written = Math.ceil(share / window) * window * PAIRS
  return {
    cpuSecondsPer10k: (user + system) / 100 / written,
    messagesPerSecond: written / ((performance.now() - began) / 1_000),
  }
}

/** One message after the other, each acknowledged when it is on disk. */
async function write(pair: number, count: number, text: string): Promise<void> {
  const [from, to] = [people[2 * pair], people[2 * pair + 1]]
  if (from === undefined || to === undefined) throw new Error('somebody is missing')
  for (let n = 0; n < count; n += 1) {
    const message = { sender: from.account, fromMailbox: from.mailbox, id: randomUUID(), timestamp: 1, now: Date.now() }
    const result = await store.append({ ...message, to: [{ username: `user${2 * pair + 1}`, message_text: text }] })
    if (result.result !== 'accepted') throw new Error(result.result)
    void store.acknowledge(to.mailbox, result.entries[0]?.seq ?? 0)
  }
}
