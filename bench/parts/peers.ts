import { randomUUID } from 'node:crypto'
import { repeat } from '../kit/part.ts'
import type { Options, Part } from '../kit/part.ts'
import { register, signIn } from '../kit/xmpp.ts'
import type { XmppLine } from '../kit/xmpp.ts'
import { startXmpp } from '../peers/xmpp.ts'
import type { XmppServer } from '../peers/xmpp.ts'
import { openRelays } from './relay.ts'
import type { Load } from '../kit/pairs.ts'

/**
 * The relay of `relay`, of 50 pairs, with ejabberd and Prosody in turn with Chatnip, where they are installed. Their messages go to the other's line over plain
 * TCP, are kept nowhere and acknowledged by nobody: a message is through when it has arrived. Then 2,000 messages for somebody who
 * is away: counted until the server has answered what was asked after the last of them; all of them must be there when that person comes.
 */
export const peers: Part = {
  name: 'peers',
  run: async (options) => {
    const servers = await startAll()
    try {
      await measure(servers, options)
    } finally {
      for (const server of servers) await server.stop()
    }
  },
}

async function measure(servers: readonly XmppServer[], { report, runs }: Options): Promise<void> {
  for (const load of LOADS) {
    const [chatnip, bare] = await openRelays(load)
    await bare.stop()
    const pairs = await Promise.all(servers.map(openPairs))
    const what = `${load.bytes} bytes, window ${load.window}`
    await repeat(runs, async () => {
      report.add({ part: 'peers', who: 'chatnip', what, figures: await chatnip.run() })
      for (const { server, run } of pairs)
        report.add({ part: 'peers', who: server.who, what, figures: await run(load) })
    })
    pairs.forEach(({ close }) => close())
    await chatnip.stop()
  }
  for (const server of servers) {
    await repeat(runs, async (n) => {
      report.add({ part: 'peers', who: server.who, what: 'for the absent', figures: await away(server, `away${n}`) })
    })
  }
}

const PAIRS = 50
const LOADS: readonly Load[] = [
  { window: 32, messages: 20_000, bytes: 400 },
  { window: 1, messages: 5_000, bytes: 400 },
]
const FOR_ABSENT = 2_000
const FIRST_PORT = 15_222

async function startAll(): Promise<readonly XmppServer[]> {
  const servers: XmppServer[] = []
  for (const [n, who] of (['ejabberd', 'prosody'] as const).entries()) {
    const server = await startXmpp(who, FIRST_PORT + n)
    if (server === null) {
      console.log(`${who} is not installed and is left out.`)
      continue
    }
    for (let at = 0; at < 2 * PAIRS; at += 1) await register(server.port, `user${at}`)
    servers.push(server)
  }
  return servers
}

async function openPairs(server: XmppServer) {
  const lines: XmppLine[] = []
  // One after the other: of a hundred at once ejabberd closes some.
  for (let n = 0; n < 2 * PAIRS; n += 1) lines.push(await signIn(server.port, `user${n}`))
  await Promise.all(lines.map((line) => line.settle()))
  const run = async (load: Load) => {
    const each = Math.ceil(load.messages / PAIRS)
    const cpu = server.cpuSeconds()
    const began = performance.now()
    await Promise.all(Array.from({ length: PAIRS }, (_, n) => write(lines, n, { ...load, messages: each })))
    const seconds = (performance.now() - began) / 1_000
    return {
      cpuSecondsPer10k: ((server.cpuSeconds() - cpu) / load.messages) * 10_000,
      messagesPerSecond: load.messages / seconds,
    }
  }
  await run({ window: 32, messages: 5_000, bytes: 400 })
  return { server, run, close: () => lines.forEach((line) => line.close()) }
}

/** Keeps `window` messages under way of one pair until all have arrived. Rejects when one is lost, doubled or out of order. */
function write(lines: readonly XmppLine[], n: number, { window, messages, bytes }: Load): Promise<void> {
  const [from, receiver] = [lines[2 * n], lines[2 * n + 1]]
  if (from === undefined || receiver === undefined) throw new Error('a line is missing')
  const text = 'x'.repeat(bytes)
  const sent: string[] = []
  let received = 0
  const send = () => {
    const id = randomUUID()
    sent.push(id)
    from.send(`user${2 * n + 1}@localhost/bench`, id, text)
  }
  return new Promise((resolve, reject) => {
    receiver.hear = (id) => {
      if (sent[received] !== id) reject(new Error(`message ${received} of pair ${n} is lost, doubled or out of order`))
      received += 1
      if (sent.length < messages) send()
      if (received === messages) resolve()
    }
    for (let at = 0; at < Math.min(window, messages); at += 1) send()
  })
}

async function away(server: XmppServer, name: string) {
  await register(server.port, name)
  const from = await signIn(server.port, 'user0')
  const cpu = server.cpuSeconds()
  const began = performance.now()
  const text = 'x'.repeat(400)
  for (let n = 0; n < FOR_ABSENT; n += 1) from.send(`${name}@localhost`, randomUUID(), text)
  await from.settle()
  const seconds = (performance.now() - began) / 1_000
  const spent = server.cpuSeconds() - cpu
  from.close()
  const reader = await signIn(server.port, name)
  await new Promise<void>((resolve) => {
    let got = 0
    reader.hear = () => {
      got += 1
      if (got === FOR_ABSENT) resolve()
    }
  })
  reader.close()
  return { cpuSecondsPer10k: (spent / FOR_ABSENT) * 10_000, acceptedPerSecond: FOR_ABSENT / seconds }
}
