import type { Messenger } from '@chatnip/sdk'
import { startExpiry } from '../../server/src/delivery/expiry.ts'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LeapingClock } from './leaping-clock.ts'
import { nothingWaits, Seat, shows, texts, until } from './people.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ rateLimits: false })
})
afterAll(() => server.stop())

interface Person {
  readonly seat: Seat
  readonly clock: LeapingClock
  messenger: Messenger
}

async function person(name: string, hasGroups: boolean): Promise<Person> {
  const [seat, clock] = [new Seat(server.address, name), new LeapingClock()]
  await seat.signUp()
  return { seat, clock, messenger: await seat.start(clock, hasGroups) }
}

/** The server's own round of expiry, so much later. */
async function letServerForget(ms: number): Promise<void> {
  const { store, bus, log, clock: real } = server.services
  let passed = 0
  const clock = { ...real, now: () => real.now() + passed, every: () => () => undefined }
  const expiry = startExpiry({ store, bus, log, clock, steady: () => performance.now() + passed }, 30)
  passed = ms
  await expiry.run()
  await expiry.stop()
}

const lifetimeOf = ({ messenger }: Person, name: string): number =>
  messenger.conversations().find((one) => one.name === name)?.lifetime ?? 0

const notices = async ({ messenger }: Person, name: string): Promise<readonly string[]> =>
  (await messenger.messages(name)).flatMap((line) => ('id' in line ? [] : [line.kind]))

const gone = ({ messenger }: Person, name: string, text: string): Promise<void> =>
  until(messenger, `${text} disappearing`, async () => !(await texts(messenger, name)).includes(text))

test.each([
  ['in envelopes', false],
  ['in groups', true],
] as const)(
  'messages disappear on every device, from reading and from sending, also while the app is closed, %s',
  async (_, hasGroups) => {
    const [a, b] = hasGroups ? ['gail', 'hank'] : ['ada', 'ben']
    const [ada, ben] = [await person(a, hasGroups), await person(b, hasGroups)]
    await ada.messenger.open(b)
    await ada.messenger.setLifetime(b, 3_600)
    await ada.messenger.send(b, 'a secret of ada')
    await shows(ben.messenger, a, 'a secret of ada')
    expect([lifetimeOf(ada, b), lifetimeOf(ben, a)]).toEqual([3_600, 3_600])
    expect(await notices(ben, a)).toEqual(['lifetime'])
    await ben.messenger.markRead(a)
    await ben.messenger.send(a, 'a secret of ben')
    await shows(ada.messenger, b, 'a secret of ben')

    // Nobody has read his at ada's: there it stays, while hers, which he has read, and his own disappear.
    for (const { clock } of [ada, ben]) clock.pass(2 * HOUR)
    await Promise.all([
      gone(ada, b, 'a secret of ada'),
      gone(ben, a, 'a secret of ada'),
      gone(ben, a, 'a secret of ben'),
    ])
    expect(await texts(ada.messenger, b)).toEqual(['a secret of ben'])
    await ada.messenger.markRead(b)
    const [line] = await ada.messenger.messages(b).then((lines) => lines.flatMap((one) => ('id' in one ? [one] : [])))
    expect(Math.abs((line?.fades?.at ?? 0) - ada.clock.now() - HOUR)).toBeLessThan(60_000)

    await ada.seat.stop()
    ada.clock.pass(2 * HOUR)
    ada.messenger = await ada.seat.start(ada.clock, hasGroups)
    expect(await texts(ada.messenger, b)).toEqual([])
    expect((await ada.messenger.search('secret')).hits).toEqual([])
    expect(JSON.stringify(ada.messenger.conversations())).not.toContain('secret')

    await ben.messenger.setLifetime(a, 0)
    await until(ada.messenger, 'the setting', () => lifetimeOf(ada, b) === 0)
    await ada.messenger.send(b, 'this one stays')
    await shows(ben.messenger, a, 'this one stays')
    for (const { clock } of [ada, ben]) clock.pass(2 * HOUR)
    await ben.messenger.send(a, 'and this')
    await shows(ada.messenger, b, 'this one stays', 'and this')
    await Promise.all([ada.seat.stop(), ben.seat.stop()])
  },
)

test.each([
  ['in envelopes', false],
  ['in groups', true],
] as const)(
  'what ended before it came is told to its sender, and is no gap to its addressee, %s',
  async (_, hasGroups) => {
    const [c, d] = hasGroups ? ['cleo', 'dirk'] : ['cora', 'dan']
    const [cora, dan] = [await person(c, hasGroups), await person(d, hasGroups)]
    await cora.messenger.send(d, 'hello')
    await shows(dan.messenger, c, 'hello')
    await until(cora.messenger, 'the second tick', async () =>
      (await cora.messenger.messages(d)).some((line) => 'id' in line && line.state === 'stored'),
    )
    await dan.seat.stop()
    await cora.messenger.setLifetime(d, 3_600)
    await cora.messenger.send(d, 'too late')
    await nothingWaits(cora.messenger)
    cora.clock.pass(HOUR + 60_000)
    await gone(cora, d, 'too late')
    expect(await notices(cora, d)).toEqual(['lifetime', 'ended'])
    await letServerForget(DAY + HOUR)

    dan.messenger = await dan.seat.start(dan.clock, hasGroups)
    await cora.messenger.send(d, 'in time')
    await shows(dan.messenger, c, 'in time')
    expect(await texts(dan.messenger, c)).toEqual(['hello', 'in time'])
    expect(await notices(dan, c)).toContain('missing')
    dan.clock.pass(10_000)
    await until(dan.messenger, 'no gap', async () => !(await notices(dan, c)).includes('missing'))
    await Promise.all([cora.seat.stop(), dan.seat.stop()])
  },
)
