import { randomUUID } from 'node:crypto'
import { createMessenger } from '@chatnip/sdk'
import type { Messenger, Row, RowStore, Transport } from '@chatnip/sdk'
import { MemoryRows } from '@chatnip/sdk/memory'
import { systemClock, systemRandom } from '@chatnip/sdk/node'
import { startTestServer } from '@chatnip/server/testing'
import { Seat } from '../../scenarios/people.ts'
import { conversationOf } from './device.ts'
import { pause, soon } from './load.ts'
import { randomFrom } from './random.ts'
import { Recorder } from './recorder.ts'

export type Manner = 'waits for the disk' | 'acknowledges before it stores'

/** How long the disk takes. */
const DISK_MS = 100
const PACE_MS = 10

/** A disk that takes its time; the hasty engine is told at once that everything is on it. */
interface SlowDisk {
  readonly rows: RowStore
  /** What is on it at this moment. */
  durable(): readonly Row[]
}

function slowDisk(rows: readonly Row[], manner: Manner): SlowDisk {
  if (manner === 'waits for the disk') {
    const slow = new MemoryRows({ rows, flush: () => pause(DISK_MS) })
    return { rows: slow, durable: () => slow.durable() }
  }
  const memory = new MemoryRows({ rows })
  let durable = memory.durable()
  return {
    rows: {
      get: (table, key) => memory.get(table, key),
      scan: (table, range) => memory.scan(table, range),
      clear: () => memory.clear(),
      commit: async (change) => {
        await memory.commit(change)
        const after = memory.durable()
        setTimeout(() => (durable = after), DISK_MS)
      },
    },
    durable: () => durable,
  }
}

const MANY = 1_000_000

/** What stands in the conversation at its place, all of it. */
async function idsOf(messenger: Messenger, peer: string): Promise<readonly string[]> {
  const lines = await messenger.messages(peer, { limit: MANY })
  return lines.flatMap((line) => ('id' in line && line.place !== null ? [line.id] : []))
}

/**
 * The transport of a reader who says nothing but what it has: a device that asks for what is missing is given it again (decision 0010), and what
 * it lost by haste would not stay lost.
 */
const unasking = (transport: Transport): Transport => ({
  cookies: transport.cookies,
  setSession: (id) => transport.setSession(id),
  call: (name, body) => transport.call(name, body),
  uploadAvatar: (picture) => transport.uploadAvatar(picture),
  connect: (handlers) => {
    const line = transport.connect(handlers)
    return {
      send: (frame) => {
        if (frame.type !== 'send') line.send(frame)
      },
      close: () => line.close(),
    }
  },
})

/** The next message that is shown. */
const arrival = (messenger: Messenger): Promise<void> =>
  new Promise((resolve) => {
    const forget = messenger.onChange(({ kind }) => {
      if (kind !== 'arrived') return
      forget()
      resolve()
    })
  })

/**
 * The real engine as the reader of what somebody writes to it all the time, killed at random moments: it goes on with what was on its disk.
 * The second manner is the control of T2.
 */
export async function readerDiesAgainAndAgain(deaths: number, manner: Manner) {
  const server = await startTestServer()
  const recorder = new Recorder()
  const random = randomFrom()
  const [writer, reader] = [new Seat(server.address, 'kim'), new Seat(server.address, 'lou')]
  for (const { username } of [writer, reader]) recorder.note({ what: 'joined', device: username, account: username })
  await Promise.all([writer.signUp(), reader.signUp()])
  const kim = await writer.start()
  const conversation = conversationOf('kim', 'lou')
  const sending: Promise<unknown>[] = []
  const pace = setInterval(() => {
    const id = randomUUID()
    recorder.note({ what: 'composed', message: id, device: 'kim', conversation, accounts: ['kim', 'lou'] })
    sending.push(kim.send('lou', id, { id }))
  }, PACE_MS)
  let disk = slowDisk(reader.rows.durable(), manner)
  const start = () =>
    createMessenger({
      transport: unasking(reader.transport),
      stores: { rows: disk.rows, keys: reader.keys },
      clock: systemClock,
      random: systemRandom,
    })
  let lou = await start()
  for (let death = 0; death < deaths; death++) {
    await pause(random.between(300, 700))
    // In the moment in which it matters, also on a machine on which little arrives; the acknowledgement leaves in the meantime.
    await arrival(lou)
    await pause(DISK_MS / 4)
    const left = disk.durable()
    await lou.stop()
    disk = slowDisk(left, manner)
    lou = await start()
  }
  clearInterval(pace)
  await Promise.all(sending)
  await soon('everything is accepted', () => kim.waiting() === 0, 30_000)
  const sent = await idsOf(kim, 'lou')
  for (const message of sent) recorder.note({ what: 'accepted', message })
  const last = sent.at(-1) ?? ''
  for (let waited = 0; waited < 100 && !(await idsOf(lou, 'kim')).includes(last); waited++) await pause(100)
  for (const [device, ids] of [
    ['kim', sent],
    ['lou', await idsOf(lou, 'kim')],
  ] as const) {
    const lines = ids.map((message) => ({ kind: 'message' as const, message }))
    recorder.note({ what: 'view', device, conversation, lines })
  }
  await kim.stop()
  await lou.stop()
  await server.stop()
  return { recorder, violations: recorder.verdict() }
}
