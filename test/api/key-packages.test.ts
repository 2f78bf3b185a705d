import { manualClock, startTestServer } from '@chatnip/server/testing'
import type { ManualClock, TestServer } from '@chatnip/server/testing'
import { LIMITS, RATES } from '@chatnip/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { call, codeOf } from './kit/exchange.ts'
import { logIn, makePerson, must, parsed } from './kit/people.ts'
import type { Person } from './kit/people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const list = (stem: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${stem}${index}`)
const somebody = (stem: string, on: TestServer = server) => makePerson(on.address, stem, 'a browser')
const ask = (who: Person, name: string, body: object, on: TestServer = server) => call(on.address, name, body, who)
const upload = (who: Person, key_packages: readonly string[], more: object = {}, on: TestServer = server) =>
  ask(who, 'upload_key_packages', { key_packages, ...more }, on)

async function claim(who: Person, destname: string, on: TestServer = server): Promise<string[]> {
  const { key_packages: claimed } = parsed(must(await ask(who, 'claim_key_packages', { destname }, on)))
  if (!Array.isArray(claimed)) throw new Error('no list')
  return claimed.map(
    (one: { key_package: string; is_last_resort: boolean }) => `${one.key_package}${one.is_last_resort ? '!' : ''}`,
  )
}

describe('key packages', () => {
  test('are uploaded, counted, and handed out once; then the last resort', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')]
    expect(parsed(must(await upload(bob, ['b1', 'b2'], { last_resort: 'b0' })))).toEqual({
      count: 2,
      has_last_resort: true,
    })
    expect(await claim(alice, bob.name.toUpperCase())).toEqual(['b1'])
    expect(parsed(must(await ask(bob, 'count_key_packages', {})))).toEqual({ count: 1, has_last_resort: true })
    expect([await claim(alice, bob.name), await claim(alice, bob.name)]).toEqual([['b2'], ['b0!']])
    const { key_packages: claimed } = parsed(must(await ask(alice, 'claim_key_packages', { destname: bob.name })))
    expect(claimed).toEqual([{ device_id: bob.device, key_package: 'b0', is_last_resort: true }])
  })

  test('of nobody are refused, of an account without devices or key packages an empty list', async () => {
    const alice = await somebody('alice')
    expect(codeOf(await ask(alice, 'claim_key_packages', { destname: 'nobody-here' }))).toBe('no_such_user')
    expect(await claim(alice, (await makePerson(server.address, 'plain')).name)).toEqual([])
    expect(await claim(alice, alice.name)).toEqual([])
  })

  test('of one’s own name are those of the other devices', async () => {
    const alice = await somebody('alice')
    const phone: Person = { ...alice, ...(await logIn(server.address, alice, { name: 'a phone' })) }
    must(await upload(alice, ['browser']))
    must(await upload(phone, ['phone']))
    expect(await claim(alice, alice.name)).toEqual(['phone'])
    expect(await claim(phone, alice.name)).toEqual(['browser'])
  })

  test('as many as may be at their largest come in one call; one more is refused, and nothing of that call is kept', async () => {
    const bob = await somebody('bob')
    const largest = list('x', LIMITS.keyPackagesPerDevice).map((one) => one.padEnd(LIMITS.keyPackageBytes, '.'))
    const answer = await upload(bob, largest, { last_resort: 'y'.repeat(LIMITS.keyPackageBytes) })
    expect(parsed(must(answer))).toMatchObject({ count: LIMITS.keyPackagesPerDevice })
    const refused = await upload(bob, ['one more'.replace(' ', '-')], { last_resort: 'another' })
    expect([refused.status, codeOf(refused)]).toEqual([409, 'too_many_key_packages'])
    const alice = await somebody('alice')
    expect(await claim(alice, bob.name)).toEqual([largest[0]])
    // What is sent again since its answer was lost is not one more.
    must(await upload(bob, largest))
    expect(parsed(must(await ask(bob, 'count_key_packages', {})))).toMatchObject({
      count: LIMITS.keyPackagesPerDevice - 1,
    })
  })

  const ends: Readonly<Record<string, (who: Person) => Promise<unknown>>> = {
    revoke_device: (who) => ask(who, 'revoke_device', { device_id: who.device }),
    'end_session with forget_device': (who) => ask(who, 'end_session', { forget_device: true }),
    reset_public_key: (who) => ask(who, 'reset_public_key', { password: who.password, new_public_key: 'another' }),
  }
  test.each(Object.entries(ends))('are gone after %s', async (_what, end) => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')]
    must(await upload(bob, ['b1', 'b2'], { last_resort: 'b0' }))
    expect(await claim(alice, bob.name)).toEqual(['b1'])
    await end(bob)
    expect(await claim(alice, bob.name)).toEqual([])
  })

  test('stay when the device signs out and in again', async () => {
    const [alice, bob] = [await somebody('alice'), await somebody('bob')]
    must(await upload(bob, ['b1']))
    must(await ask(bob, 'end_session', {}))
    await logIn(server.address, bob, { name: 'a browser', id: String(bob.device) })
    expect(await claim(alice, bob.name)).toEqual(['b1'])
  })
})

describe('nobody empties another’s supply', () => {
  let limited: TestServer
  let clock: ManualClock
  beforeAll(async () => {
    clock = manualClock()
    limited = await startTestServer({ clock, rateLimits: true })
  })
  afterAll(() => limited.stop())

  /** Signing up has a rate of its own, that is not asked about here. */
  const stranger = async (name: string): Promise<Person> => {
    const { username, session, deviceId } = await limited.newDevice(name)
    return { name: username, session, device: deviceId, password: '', publicKey: '' }
  }

  test('beyond a few claims of one account come last resorts, and the supply stays for others', async () => {
    const [bob, mallory, alice] = [await stranger('bob'), await stranger('mallory'), await stranger('alice')]
    must(await upload(bob, list('b', 60), { last_resort: 'last' }, limited))
    const { burst, seconds } = RATES.claim_of_one
    const claimed: string[] = []
    for (let number = 0; number < burst + 5; number += 1) claimed.push(...(await claim(mallory, 'bob', limited)))
    expect(claimed).toEqual([...list('b', burst), ...list('', 5).map(() => 'last!')])
    expect(await claim(alice, 'bob', limited)).toEqual([`b${burst}`])
    clock.advance(seconds * 1_000)
    expect(await claim(mallory, 'bob', limited)).toEqual([`b${burst + 1}`])
    expect(await claim(mallory, 'BOB', limited)).toEqual(['last!'])
  })

  test('within the month that a device may be away one account can’t take all that it may have', () => {
    const { burst, seconds } = RATES.claim_of_one
    expect(burst + (LIMITS.deviceSessionDays * 86_400) / seconds).toBeLessThan(LIMITS.keyPackagesPerDevice)
  })

  test('of one’s own devices one has as many as one likes', async () => {
    const carol = await stranger('carol')
    const { session, deviceId } = await limited.newDevice('carol', { existing: true })
    const phone: Person = { ...carol, session, device: deviceId }
    must(await upload(phone, list('p', 30), {}, limited))
    for (const expected of list('p', 30)) expect(await claim(carol, 'carol', limited)).toEqual([expected])
  })

  test('claims in a flood are too many', async () => {
    const mallory = await stranger('flooding')
    let refused = null
    for (let number = 0; number <= RATES.claim.burst && refused === null; number += 1)
      refused = codeOf(await ask(mallory, 'claim_key_packages', { destname: 'bob' }, limited))
    expect(refused).toBe('too_many')
  })

  test('commits in a flood are too many, ordinary messages go on', async () => {
    const mallory = await stranger('committing')
    const { services } = limited
    const session = await services.sessions.require(mallory.session, undefined)
    const send = (number: number, commit: boolean) =>
      services.delivery.accept(session, {
        id: `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
        timestamp: 1,
        to: [{ username: 'committing', message_text: 'x' }],
        group: { id: `${number}`.padStart(22, '0'), epoch: 0, ...(commit ? { commit } : {}) },
      })
    for (let number = 0; number < RATES.commit.burst; number += 1) await send(number, true)
    await expect(send(1_000, true)).rejects.toMatchObject({ code: 'too_many' })
    // Long enough for the pair, too short for a commit.
    clock.advance(RATES.commit.seconds * 1_000 - 1)
    await expect(send(1_000, true)).rejects.toMatchObject({ code: 'too_many' })
    await expect(send(1_001, false)).resolves.toMatchObject({ duplicate: false })
  })
})
