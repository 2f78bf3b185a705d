import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../clock.ts'
import { startTestServer } from '../testing.ts'
import type { TestServer } from '../testing.ts'
import { LOOK_EVERY_MS } from './arrivals.ts'

/** A clock whose rounds of this kind come when the test says so; everything else runs as usual. */
function openClock() {
  const due: (() => void)[] = []
  const real = systemClock()
  const every = (ms: number, call: () => void) => {
    if (ms !== LOOK_EVERY_MS) return real.every(ms, call)
    due.push(call)
    return () => undefined
  }
  return { clock: { ...real, every }, ring: () => due.forEach((call) => call()) }
}

const { clock, ring } = openClock()
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

let number = 0

/** Two people; what the first writes is stored, and nobody is told: as if the word had been lost on its way. */
async function twoPeople() {
  number += 1
  const [ann, bob] = [await server.newDevice(`ann${number}`), await server.newDevice(`bob${number}`)]
  const { account } = await server.services.sessions.require(ann.session, undefined)
  const storeUnheard = async () => {
    const to = [{ username: bob.username, message_text: 'unheard' }]
    const message = { sender: account, fromMailbox: null, id: randomUUID(), timestamp: 1, to, now: clock.now() }
    expect(await server.services.store.append(message)).toMatchObject({ result: 'accepted' })
  }
  return { bob, storeUnheard }
}

describe('a lost wake-up', () => {
  test('is made good within the promised five seconds', () => {
    expect(LOOK_EVERY_MS).toBeLessThanOrEqual(4_000)
  })

  test('is made good for a device that is connected', async () => {
    const { bob, storeUnheard } = await twoPeople()
    const ws = new WebSocket(`${server.address.replace('http', 'ws')}/socket`, {
      headers: { authorization: `Bearer ${bob.session}` },
    })
    const frames: string[] = []
    let look = () => undefined as void
    ws.on('message', (data) => {
      frames.push(Buffer.isBuffer(data) ? data.toString() : '')
      look()
    })
    const until = (part: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (frames.some((frame) => frame.includes(part))) resolve()
        }
        look()
      })
    await until('empty')
    await storeUnheard()
    // The control: by itself it does not come.
    ws.send('{"type":"ping"}')
    await until('pong')
    expect(frames.join()).not.toContain('unheard')
    ring()
    await until('unheard')
    ws.close()
  })

  test('is made good for a download that waits', async () => {
    const { bob, storeUnheard } = await twoPeople()
    const waiting = server.post('download_messages', { after: 0, wait: 20 }, bob.session)
    let isAnswered = false
    void waiting.then(() => (isAnswered = true))
    await server.post('download_messages', { after: 0 }, bob.session)
    await storeUnheard()
    await server.services.store.probe()
    expect(isAnswered).toBe(false)
    const began = performance.now()
    ring()
    expect(await (await waiting).text()).toContain('unheard')
    // Long before the wait itself was over.
    expect(performance.now() - began).toBeLessThan(15_000)
  })
})
