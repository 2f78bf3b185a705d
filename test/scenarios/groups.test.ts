import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { GroupSeat } from './group-seat.ts'
import { nothingWaits, shows, talk, texts } from './people.ts'

/** Conversations in groups, with the real library on a real server. */

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

test(
  'two people and a new device talk in groups, through restarts, and read everything',
  { timeout: 300_000 },
  async () => {
    const [alice, bob, phone] = ['alice', 'bob', 'alice'].map((name) => new GroupSeat(server.address, name))
    if (alice === undefined || bob === undefined || phone === undefined) throw new RangeError()
    await alice.signUp()
    await bob.signUp()
    const bobs = await bob.begin()
    const first = await alice.begin()
    await first.open('bob')
    await first.send('bob', 'in a group')
    await shows(bobs, 'alice', 'in a group')
    for (const [who, other] of [[bobs, 'alice'] as const, [first, 'bob'] as const])
      expect((await talk(who, other))[0]).toMatchObject({ text: 'in a group', hasForwardSecrecy: true })
    expect((await talk(bobs, 'alice'))[0]).toMatchObject({ mark: 'verified' })
    const texted = alice.sent.filter(({ group }) => group !== undefined && group.commit !== true)
    expect(texted).toHaveLength(1)
    expect(texted[0]?.text).toMatch(/^mls1:m:/u)

    await bobs.send('alice', 'and back')
    await shows(first, 'bob', 'and back')
    await alice.stop()
    const again = await alice.begin()
    await again.send('bob', 'after a restart')
    await shows(bobs, 'alice', 'after a restart')

    // A device that nobody has brought in: what it cannot read it is given, and then it is in.
    await phone.logIn()
    const phones = await phone.begin()
    await bobs.send('alice', 'to a new device')
    await shows(phones, 'bob', 'to a new device')
    await phones.send('bob', 'from it')
    await shows(bobs, 'alice', 'from it')
    await shows(again, 'bob', 'from it')
    await nothingWaits(phones)
    expect(phone.sent.filter(({ group }) => group?.commit === true).length).toBeGreaterThan(0)
    expect(await texts(bobs, 'alice')).toEqual([
      'in a group',
      'and back',
      'after a restart',
      'to a new device',
      'from it',
    ])
    for (const seat of [alice, bob, phone]) await seat.stop()
  },
)
