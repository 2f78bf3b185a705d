import { expect, onTestFinished, test } from 'vitest'
import { LIMITS } from '@chatnip/protocol'
import { expire } from './kit/expire.ts'
import { RawDevice, settle } from './kit/device.ts'
import { pause } from './kit/load.ts'
import { progressOf } from './kit/progress.ts'
import { startProxy } from './kit/proxy.ts'
import { randomFrom, SEED } from './kit/random.ts'
import { countsOf, expectNothingWrong, Recorder } from './kit/recorder.ts'
import { byTier, report } from './kit/report.ts'
import { makeHousehold, startServer } from './kit/server.ts'

/** T9: somebody is away for long, and comes back over bad lines; or too long, and then the sender is told. */

const CUTS = 10
const LONG_MS = byTier(60_000, 900_000)
/** When nothing more comes for so long, nothing more will. */
const QUIET_MS = 2_000

interface Course {
  readonly count: number
  /** A server that is wrong on purpose: it loses, and nobody waits for what is lost. */
  readonly program?: string
}

/** Until the device has all of it, or gets nothing more. */
async function untilQuiet(device: RawDevice, all: number): Promise<void> {
  let before = -1
  while (device.received() < all && device.received() !== before) {
    before = device.received()
    await pause(QUIET_MS)
  }
}

async function comeBack({ count, program }: Course) {
  const household = await makeHousehold({ ann: 1, ben: 1, cat: 1, dan: 1, eve: 1, bob: 1 })
  const { data, devices } = household
  const recorder = new Recorder()
  const server = await startServer(program === undefined ? { data } : { data, program })
  onTestFinished(async () => {
    await server.kill()
    await household.remove()
  })
  const senders = devices
    .slice(0, -1)
    .flatMap((logins) =>
      logins.map((login) => new RawDevice({ address: server.address, login, name: login.account, recorder })),
    )
  const [login] = devices.at(-1) ?? []
  if (login === undefined) throw new Error('There is no bob.')
  // A mailbox of 100,000 is full, and one sender may fill a fifth of it: five senders, and one less than their share.
  const each = Math.min(count / senders.length, LIMITS.mailboxMessages * LIMITS.senderShare - 1)
  const all = each * senders.length
  const random = randomFrom()
  let cutsLeft = CUTS
  // A frame has somewhat more than 200 bytes; all the cuts are to fall within what there is.
  const part = Math.floor((all * 200) / (CUTS + 1))
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
  const waiting = () => senders.reduce((sum, sender) => sum + sender.waiting(), 0)
  const [sent, fetched] = [progressOf('T9', all, 'accepted'), progressOf('T9', all, 'fetched')]
  await settle(senders, () => (sent(all - waiting()), true), LONG_MS)
  const began = performance.now()
  bob.start()
  if (program !== undefined) await untilQuiet(bob, all)
  await settle([], () => (fetched(bob.received()), bob.received() >= all), program === undefined ? LONG_MS : 0)
  const ms = Math.round(performance.now() - began)
  for (const device of [...senders, bob]) device.stop()
  await proxy.close()
  expect(await server.stop()).toBe(0)
  const violations = recorder.verdict(program === undefined ? data : undefined)
  return { recorder, violations, ms, mostInFlight: bob.mostInFlight(), lines: bob.lines() }
}

test('T9 a mailbox of thousands arrives once and in order over lines that are cut', async () => {
  const { recorder, violations, ms, mostInFlight, lines } = await comeBack({ count: byTier(10_000, 100_000) })
  const control = await comeBack({ count: 5_000, program: 'forgets-early.ts' })
  const { lost } = countsOf(control.recorder, control.violations, { faults: 0 })
  report({
    test: 'T9',
    title: 'a long absence, over cut lines',
    counts: countsOf(recorder, violations, { faults: lines - 1 }),
    control: { name: 'forgets what it hands over at once', failed: lost > 0, found: `${lost} lost` },
    more: { mostInFlight, milliseconds: ms, seed: SEED },
  })
  expectNothingWrong(violations)
  expect(lines).toBeGreaterThanOrEqual(CUTS + 1)
  expect(mostInFlight).toBeLessThanOrEqual(LIMITS.inFlightPerDevice)
  expect(lost).toBeGreaterThan(0)
})

test('T9 what was not fetched in time is told to its sender, who sends it again', async () => {
  const count = byTier(20, 100)
  const told = await expire(count, 'told')
  const control = await expire(count, 'not told')
  const { lost } = countsOf(control.recorder, control.violations, { faults: 0 })
  report({
    test: 'T9',
    title: 'expiry is told to the sender',
    counts: countsOf(told.recorder, told.violations, { faults: count }),
    control: { name: 'nobody is told', failed: lost >= count, found: `${lost} lost` },
  })
  expectNothingWrong(told.violations)
  expect(told.again).toEqual(Array.from({ length: count }, (_, n) => `message ${n}: verified`))
  expect(lost).toBeGreaterThanOrEqual(count)
})
