import { expect, test } from 'vitest'
import { LIMITS } from '@chatnip/protocol'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { systemClock } from '../../server/src/clock.ts'
import { startExpiry } from '../../server/src/delivery/expiry.ts'
import { online, Seat, talk, until } from '../scenarios/people.ts'
import { RawDevice, settle } from './kit/device.ts'
import { startProxy } from './kit/proxy.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'

/** T9: somebody is away for long, and comes back over bad lines; or too long, and then the sender is told. */

const CUTS = 10

test('T9 a mailbox of thousands arrives once and in order over lines that are cut', async () => {
  const count = byTier(10_000, 100_000)
  const household = await makeHousehold({ ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, bob: 1 })
  const { data, devices } = household
  const recorder = new Recorder()
  const server = await startServer({ data })
  const senders = devices
    .slice(0, -1)
    .flatMap((logins) =>
      logins.map((login) => new RawDevice({ address: server.address, login, name: login.account, recorder })),
    )
  const [login] = devices.at(-1) ?? []
  if (login === undefined) throw new Error('There is no bob.')
  // A mailbox of 100,000 is full, and one sender may fill a fifth of it: five senders, and one less than their share.
  const each = Math.min(count / senders.length, LIMITS.mailboxMessages * LIMITS.senderShare - 1)
  const random = randomFrom()
  let cutsLeft = CUTS
  // A frame has somewhat more than 200 bytes; all the cuts are to fall within what there is.
  const part = Math.floor((each * senders.length * 200) / (CUTS + 1))
  const proxy = await startProxy({
    target: server.address,
    random,
    weather: ['calm'],
    bytesUntilCut: () => (cutsLeft-- > 0 ? random.between(Math.floor(part / 4), part) : null),
  })
  const bob = new RawDevice({ address: proxy.address, login, name: 'bob', recorder })
  for (const sender of senders) {
    sender.start()
    for (let n = 0; n < each; n++) sender.compose('bob')
  }
  await settle(senders, () => true, byTier(60_000, 600_000))
  const began = performance.now()
  bob.start()
  await settle([], () => bob.received() >= each * senders.length, byTier(60_000, 600_000))
  const ms = Math.round(performance.now() - began)
  for (const device of [...senders, bob]) device.stop()
  await proxy.close()
  expect(await server.stop()).toBe(0)
  const violations = recorder.verdict(data)
  const most = bob.mostInFlight()
  const lines = bob.lines()
  report({
    test: 'T9',
    title: 'a long absence, over cut lines',
    counts: countsOf(recorder, violations, { faults: lines - 1 }),
    more: { mostInFlight: most, milliseconds: ms, seed: SEED },
  })
  expectNothingWrong(violations)
  expect(lines).toBeGreaterThanOrEqual(CUTS + 1)
  expect(most).toBeLessThanOrEqual(LIMITS.inFlightPerDevice)
  await household.remove()
})

const DAY_MS = 86_400_000

/** Expiry over the server's own store and bus, with a clock that the test moves as time itself moves. */
function expiryOf({ services }: TestServer) {
  let passed = 0
  const real = systemClock()
  const clock = { ...real, now: () => real.now() + passed, every: () => () => undefined }
  const expiry = startExpiry({ ...services, clock, steady: () => performance.now() + passed }, LIMITS.retentionDays)
  const wait = (days: number) => {
    passed += days * DAY_MS
    return expiry.run()
  }
  return { wait }
}

test('T9 what was not fetched in time is told to its sender, who sends it again', async () => {
  const server = await startTestServer()
  const { wait } = expiryOf(server)
  const [ann, bob] = [new Seat(server.address, 'ann'), new Seat(server.address, 'bob')]
  await Promise.all([ann.signUp(), bob.signUp()])
  const messenger = await ann.start()
  await online(messenger)
  await messenger.open('bob')
  const states = async () => (await talk(messenger, 'bob')).map(({ state, text }) => `${text}: ${state ?? 'none'}`)
  const all = (state: string, count: number) => Array.from({ length: count }, (_, n) => `message ${n}: ${state}`)
  const count = byTier(20, 100)
  for (let n = 0; n < count; n++) await messenger.send('bob', `message ${n}`)
  const become = (state: string) =>
    until(messenger, `every message ${state}`, async () =>
      (await states()).every((line) => line.endsWith(`: ${state}`)),
    )
  await become('accepted')
  await wait(LIMITS.retentionDays - 1)
  expect(await states()).toEqual(all('accepted', count))
  await wait(2)
  await become('expired')
  // One tap on each: a new message in the old one's stead, which Bob gets once when he comes.
  for (const { id } of await talk(messenger, 'bob')) await messenger.retry('bob', id)
  await become('accepted')
  // His session is as old as the messages were.
  await bob.logIn()
  const later = await bob.start()
  await until(later, 'all of them', async () => (await talk(later, 'ann')).length >= count)
  expect((await talk(later, 'ann')).map(({ text, mark }) => `${text}: ${mark ?? 'none'}`)).toEqual(
    all('verified', count),
  )
  await Promise.all([ann.stop(), bob.stop()])
  await server.stop()
  report({ test: 'T9', title: 'expiry is told to the sender', counts: { faults: count, lost: 0, twice: 0 } })
})
