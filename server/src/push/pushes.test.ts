import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { ChatnipError, LIMITS } from '@chatnip/protocol'
import { openLog } from '../log.ts'
import type { Store } from '../store/store.ts'
import { manualClock, startTestServer } from '../testing.ts'
import type { ManualClock, TestDevice, TestServer } from '../testing.ts'
import { openPushes } from './pushes.ts'
import { isPublic } from './policy.ts'
import { openSender } from './send.ts'
import type { PushOutcome } from './send.ts'
import { startPushService } from './testing.ts'
import { freshPushKey, openVapid } from './vapid.ts'

const started = await startPushService()
const missing = typeof started === 'string' ? `: left out (${started})` : ''

describe.skipIf(typeof started === 'string')(`pushes${missing}`, () => {
  if (typeof started === 'string') return
  const service = started
  let clock: ManualClock
  let server: TestServer
  let alice: TestDevice

  beforeAll(async () => {
    clock = manualClock()
    server = await startTestServer({ push: service.policy, clock })
    alice = await server.newDevice('alice')
  })
  afterAll(async () => {
    await server.stop()
    await service.close()
  })

  /** Time passes, and what comes due in it is done up to where others would have to answer. */
  async function pass(ms: number): Promise<void> {
    clock.advance(ms)
    for (let round = 0; round < 6; round += 1) {
      await server.services.store.probe()
      clock.advance(1)
    }
  }

  const ok = async (reply: Promise<Response>): Promise<void> => {
    const { status } = await reply
    if (status !== 200) throw new Error(`answered ${status}`)
  }

  let people = 0
  /** Somebody new whose browser is pushed for. */
  async function away(): Promise<TestDevice> {
    people += 1
    const device = await server.newDevice(`person${people}`)
    await ok(server.post('set_push', { endpoint: service.address(device.username) }, device.session))
    return device
  }

  const write = (to: TestDevice, more: object = {}, from = alice): Promise<void> =>
    ok(
      server.post(
        'send_message',
        { id: randomUUID(), timestamp: 1, to: [{ username: to.username, message_text: 'secret' }], ...more },
        from.session,
      ),
    )

  const countOf = ({ username }: TestDevice): number => service.pushed.filter(({ name }) => name === username).length

  /** Another push has come that was noted later than anything before: what was to be pushed until now has been. */
  async function barrier(): Promise<void> {
    const other = await away()
    await write(other)
    await pass(2_000)
    await service.next(other.username)
  }

  async function connect(device: TestDevice): Promise<WebSocket> {
    const socket = new WebSocket(`${server.address.replace('http', 'ws')}/socket`, {
      headers: { authorization: `Bearer ${device.session}` },
    })
    await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject))
    return socket
  }

  test('a browser that is away is woken by a push in which nothing can be read', async () => {
    const bob = await away()
    await write(bob)
    await pass(2_000)
    const { headers, body } = await service.next(bob.username)
    expect(body).toBe('')
    expect(headers).toMatchObject({ ttl: '2419200', urgency: 'high', topic: 'new', 'content-length': '0' })
    expect(headers.authorization).toMatch(/^vapid t=/u)
    const { public_key: key }: { public_key?: string } = JSON.parse(
      await (await server.post('get_push_key', {}, bob.session)).text(),
    )
    expect(headers.authorization).toContain(`k=${String(key)}`)
    const sent = JSON.stringify(headers)
    for (const word of ['secret', 'alice', bob.username]) expect(sent).not.toContain(word)
  })

  test('one push for many messages, and the next after a rest', async () => {
    const bob = await away()
    for (let n = 0; n < 5; n += 1) await write(bob)
    await pass(2_000)
    await service.next(bob.username)
    await write(bob)
    await pass(4_000)
    await barrier()
    expect(countOf(bob)).toBe(1)
    await pass(30_000)
    await pass(2_000)
    await service.next(bob.username)
    await barrier()
    expect(countOf(bob)).toBe(2)
  })

  test('a device that fetches is not pushed for; nor are receipts, nor what one wrote oneself', async () => {
    const [bob, carol] = [await away(), await away()]
    await ok(server.post('set_push', { endpoint: service.address('alice') }, alice.session))
    const live = await connect(bob)
    live.on('message', (data: Buffer) => {
      const frame: { type: string; seq: number } = JSON.parse(data.toString())
      if (frame.type === 'message') live.send(JSON.stringify({ type: 'ack', upto: frame.seq }))
    })
    const arrived = new Promise((resolve) => live.once('message', resolve))
    await write(bob)
    await arrived
    await write(carol, { quiet: true })
    const laptop = await server.newDevice('alice', { existing: true })
    await write(alice, {}, laptop)
    await pass(2_000)
    await barrier()
    expect([countOf(bob), countOf(carol), countOf(alice)]).toEqual([0, 0, 0])
    // A control: the same without `quiet`.
    await write(carol)
    await pass(2_000)
    await service.next(carol.username)
    live.close()
  })

  test('a phone that fell asleep with its line still up is woken when the line is found to be down', async () => {
    const bob = await away()
    const asleep = await connect(bob)
    const handed = new Promise((resolve) => asleep.once('message', resolve))
    await write(bob)
    await handed
    await pass(2_000)
    await barrier()
    expect(countOf(bob)).toBe(0)
    const down = new Promise((resolve) => asleep.once('close', resolve))
    asleep.terminate()
    await down
    // The server hears of it in its own time.
    await expect
      .poll(async () => {
        await pass(2_000)
        return countOf(bob)
      })
      .toBe(1)
  })

  test('a page that sleeps while its browser keeps the line up is woken', async () => {
    const bob = await away()
    const asleep = await connect(bob)
    const handed = new Promise((resolve) => asleep.once('message', resolve))
    await write(bob)
    await handed
    await pass(2_000)
    await barrier()
    expect(countOf(bob)).toBe(0)
    await pass(LIMITS.pingSeconds * 1_000)
    await pass(2_000)
    await service.next(bob.username)
    expect(asleep.readyState).toBe(WebSocket.OPEN)
    asleep.close()
  })

  test('an address at which there is nobody any more is forgotten; one that fails is tried again, and kept', async () => {
    const [gone, failing] = [await away(), await away()]
    service.answer(gone.username, 410)
    service.answer(failing.username, 500)
    await Promise.all([write(gone), write(failing)])
    await pass(2_000)
    await Promise.all([service.next(gone.username), service.next(failing.username)])
    const tested = async (device: TestDevice) => (await server.post('test_push', {}, device.session)).json()
    await expect.poll(() => tested(gone)).toEqual({ pushed: false })
    service.answer(failing.username, 201)
    await expect
      .poll(async () => {
        await pass(10_000)
        return countOf(failing)
      })
      .toBe(2)
    expect(await tested(failing)).toEqual({ pushed: true })
    await pass(1)
    await service.next(failing.username)
  })

  test('a push service that leads elsewhere or never answers holds up nobody', async () => {
    const [led, held] = [await away(), await away()]
    service.answer(led.username, 302, { location: service.address('elsewhere') })
    service.answer(held.username, null)
    await Promise.all([write(led), write(held)])
    await pass(2_000)
    await Promise.all([service.next(led.username), service.next(held.username)])
    await write(held)
    await barrier()
    expect(service.pushed.some(({ name }) => name === 'elsewhere')).toBe(false)
  })

  test('no address of elsewhere is taken: by default those of the browsers’ own services alone', async () => {
    const strict = await startTestServer()
    const bob = await strict.newDevice('bob')
    const asked = async (endpoint: string) => (await strict.post('set_push', { endpoint }, bob.session)).status
    for (const endpoint of [service.address('bob'), 'https://127.0.0.1/', 'https://evil.example/x'])
      expect([endpoint, await asked(endpoint)]).toEqual([endpoint, 403])
    for (const endpoint of [
      'http://fcm.googleapis.com/x',
      'https://',
      'https://x y',
      `https://fcm.googleapis.com/${'x'.repeat(2_000)}`,
    ])
      expect([endpoint.slice(0, 40), await asked(endpoint)]).toEqual([endpoint.slice(0, 40), 400])
    expect(await asked('https://fcm.googleapis.com/fcm/send/x')).toBe(200)
    const off = await startTestServer({ env: { CHATNIP_PUSH: 'off' } })
    const carol = await off.newDevice('carol')
    expect(await (await off.post('get_push_key', {}, carol.session)).json()).toEqual({})
    expect((await off.post('set_push', { endpoint: 'https://fcm.googleapis.com/x' }, carol.session)).status).toBe(403)
    await Promise.all([strict.stop(), off.stop()])
  })

  test('a name that leads into a private network is not connected to, whatever it is called', async () => {
    const vapid = openVapid(freshPushKey(), 'https://chat.example.org')
    const guarded = { ...service.policy, mayReach: isPublic }
    const before = service.pushed.length
    const closed = openSender(guarded, vapid, () => 0)
    expect(await closed.send(service.address('inside'))).toBe('failed')
    expect(service.pushed.length).toBe(before)
    closed.close()
    // A control: the same service by the rules of these tests.
    const open = openSender(service.policy, vapid, () => 0)
    expect(await open.send(service.address('inside'))).toBe('taken')
    // And one whose certificate is of nobody known.
    const stranger = openSender({ ...service.policy, ca: '' }, vapid, () => 0)
    expect(await stranger.send(service.address('inside'))).toBe('failed')
    open.close()
    stranger.close()
  })

  test('of two nodes that noted the same message one pushes', async () => {
    const bob = await away()
    const sent: string[] = []
    const { store } = server.services
    const nodes = [1, 2].map(() =>
      openPushes(
        { store, clock, log: openLog('silent') },
        {
          publicKey: '',
          policy: service.policy,
          send: (endpoint) => {
            sent.push(endpoint)
            return Promise.resolve('taken')
          },
        },
      ),
    )
    const session = await server.services.sessions.require(bob.session, undefined)
    // Quiet for the server's own pusher.
    await write(bob, { quiet: true })
    for (const node of nodes) node.note(session.device?.mailbox ?? 0, 1)
    await pass(2_000)
    await pass(1)
    expect(sent).toEqual([service.address(bob.username)])
    for (const node of nodes) node.close()
  })

  test('a claim that fails keeps nobody of those who come after it from being pushed for', async () => {
    const bob = await away()
    const sent: string[] = []
    const { store } = server.services
    let claims = 0
    const trouble: Pick<Store, 'claimPushes'> = {
      claimPushes: async (...asked) => {
        claims += 1
        if (claims === 1) throw new ChatnipError('unavailable')
        return store.claimPushes(...asked)
      },
    }
    const send = (endpoint: string) => {
      sent.push(endpoint)
      return Promise.resolve<PushOutcome>('taken')
    }
    const way = { publicKey: '', policy: service.policy, send }
    const node = openPushes({ store: { ...store, ...trouble }, clock, log: openLog('silent') }, way)
    const session = await server.services.sessions.require(bob.session, undefined)
    await write(bob, { quiet: true })
    // More than are claimed at once, of mailboxes that nobody has; the real one comes last.
    for (let nobody = 1; nobody <= 600; nobody += 1) node.note(-nobody, 1)
    node.note(session.device?.mailbox ?? 0, 1)
    await pass(2_000)
    expect([claims, sent]).toEqual([1, []])
    await pass(2_000)
    expect([claims, sent]).toEqual([3, [service.address(bob.username)]])
    node.close()
  })
})
