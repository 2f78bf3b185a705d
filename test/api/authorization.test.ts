import { randomUUID } from 'node:crypto'
import { ENDPOINT_NAMES, ERRORS } from '@chatnip/protocol'
import type { EndpointName, ErrorCode } from '@chatnip/protocol'
import { manualClock, startTestServer } from '@chatnip/server/testing'
import type { ManualClock, TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faultsOf } from './kit/check.ts'
import { call, codeOf } from './kit/exchange.ts'
import type { Answer } from './kit/exchange.ts'
import { logIn, makePerson, messageTo, must, parsed } from './kit/people.ts'
import type { Person } from './kit/people.ts'
import { askWith, bearer, makeTwo, rowOf, SAMPLES } from './kit/samples.ts'
import type { Credentials, Two } from './kit/samples.ts'

/** Who may call an endpoint. One row each, written by a person who thought about it and not derived from the table. */
interface Rule {
  /** `nothing`: answers anybody alike, whatever session is shown. `session`: only the owner of a living session. */
  readonly needs: 'nothing' | 'session'
  /** What a session that belongs to a device gets where that is not the same. */
  readonly deviceGets?: ErrorCode
  /** What a plain session gets where only devices may call. */
  readonly plainGets?: ErrorCode
  /** What is said to, or about, an account that has been switched off. */
  readonly whenDisabled: ErrorCode | 'the same'
}

const anybody: Rule = { needs: 'nothing', whenDisabled: 'the same' }
const proof: Rule = { needs: 'nothing', whenDisabled: 'account_disabled' }
const owner: Rule = { needs: 'session', whenDisabled: 'account_disabled' }

const device: Rule = { ...owner, plainGets: 'not_allowed' }

const RULES: Readonly<Record<string, Rule>> = {
  create_user: anybody,
  authenticate: proof,
  upload_message: owner,
  download_messages: owner,
  get_public_key: anybody,
  delete_user: owner,
  reset_password: owner,
  reset_public_key: owner,
  upload_avatar: owner,
  delete_avatar: owner,
  get_avatar: anybody,
  get_server_info: anybody,
  get_fill_in_the_blanks: anybody,
  get_challenge: anybody,
  send_message: owner,
  end_session: owner,
  list_sessions: owner,
  revoke_session: owner,
  register_device: { ...owner, deviceGets: 'not_allowed' },
  list_devices: owner,
  what_is_known: owner,
  revoke_device: owner,
  store_wrapped_keys: owner,
  fetch_wrapped_keys: owner,
  fetch_recovery: proof,
  recover_account: proof,
  upload_key_packages: device,
  count_key_packages: device,
  claim_key_packages: device,
  begin_blob: owner,
  upload_blob_part: owner,
  download_blob: owner,
  delete_blob: owner,
  get_push_key: device,
  set_push: device,
  end_push: device,
  test_push: device,
}

function ruleOf(name: string): Rule {
  const rule = RULES[name]
  if (rule === undefined) throw new Error(`The endpoint ${name} has no rule. Who may call it?`)
  return rule
}

describe('the rules', () => {
  const withoutRule = (names: readonly string[]) => names.filter((name) => !Object.hasOwn(RULES, name))

  test('every endpoint has one, and every rule an endpoint', () => {
    expect(withoutRule(ENDPOINT_NAMES)).toEqual([])
    expect(Object.keys(RULES).filter((name) => !ENDPOINT_NAMES.some((one) => one === name))).toEqual([])
  })

  test('say the same as the table', () => {
    for (const name of ENDPOINT_NAMES)
      expect([name, ruleOf(name).needs === 'nothing']).toEqual([name, rowOf(name).caller === 'anyone'])
  })

  // Without this, a check that lets everything pass would look the same.
  test('an endpoint that somebody adds without a rule is found', () => {
    expect(withoutRule([...ENDPOINT_NAMES, 'read_everything'])).toEqual(['read_everything'])
    expect(() => ruleOf('read_everything')).toThrow('no rule')
  })
})

let server: TestServer
let clock: ManualClock

beforeAll(async () => {
  clock = manualClock()
  server = await startTestServer({ clock })
})
afterAll(() => server.stop())

/** Everything of somebody's that a stranger must not change, read by the owner. */
async function stateOf(person: Person): Promise<unknown> {
  const { session } = await logIn(server.address, person)
  const read = async (name: EndpointName, body: object = {}) =>
    parsedList(await call(server.address, name, body, { session }))
  const state = {
    keys: await read('fetch_wrapped_keys'),
    avatar: await read('get_avatar', { username: person.name }),
    devices: await read('list_devices'),
    mail: await read('download_messages', { after: 0 }),
    sessions: (await server.services.store.listSessions(await numberOf(person), clock.now())).length,
  }
  must(await call(server.address, 'end_session', {}, { session }))
  return state
}

const parsedList = (answer: Answer): unknown => JSON.parse(must(answer).text)

async function numberOf(person: Person): Promise<number> {
  const account = await server.services.store.findAccount(person.name)
  if (account === null) throw new Error(`${person.name} is gone.`)
  return account.account
}

async function setDisabled(person: Person, disabled: boolean): Promise<void> {
  const account = await numberOf(person)
  await server.services.store.changeAccount(account, { disabled })
  server.services.bus.tell({ kind: 'sessions changed', account })
}

const byCookie = (session: string, username?: string): Credentials => ({
  headers: { cookie: `session_id=${session}${username === undefined ? '' : `; username=${username}`}` },
})

/** A session that is over, in each way in which one can be. */
const overSessions: Readonly<Record<string, (two: Two) => Promise<string>>> = {
  'an ended session': async ({ alice }) => {
    const { session } = await logIn(server.address, alice)
    must(await call(server.address, 'end_session', {}, { session }))
    return session
  },
  'a revoked session': async ({ alice }) => {
    const { session } = await logIn(server.address, alice)
    const { sessions } = parsed(await call(server.address, 'list_sessions', {}, { session }))
    const mine = (Array.isArray(sessions) ? sessions : []).find((one: { current: boolean }) => one.current)
    must(await call(server.address, 'revoke_session', { handle: mine?.handle }, { session: alice.session }))
    return session
  },
  'an expired session': async ({ alice }) => {
    const { session } = await logIn(server.address, alice)
    clock.advance(5 * 60_000)
    return session
  },
  'a session from before the password was changed': async ({ alice }) => {
    const { session } = await logIn(server.address, alice)
    const same = { old_password: alice.password, new_password: alice.password }
    must(await call(server.address, 'reset_password', same, { session: (await logIn(server.address, alice)).session }))
    return session
  },
  'the session of a revoked device': async ({ alice }) => {
    const { session, device } = await logIn(server.address, alice, { name: 'lost' })
    const { session: other } = await logIn(server.address, alice)
    must(await call(server.address, 'revoke_device', { device_id: device }, { session: other }))
    return session
  },
  'a session of a deleted account': async () => {
    const gone = await makePerson(server.address, 'gone')
    must(await call(server.address, 'delete_user', { password: gone.password }, { session: gone.session }))
    return gone.session
  },
}

const strangers: Readonly<Record<string, (two: Two) => Promise<Credentials>>> = {
  'no session': async () => ({}),
  'an invented session': async () => bearer('A'.repeat(32)),
  'a session id of another form': async () => bearer("' OR 1=1 --"),
  'an empty cookie': async () => ({ headers: { cookie: 'session_id=; username=' } }),
  'somebody else’s session under my name, in the body': async ({ alice, bob }) => ({
    fields: { session_id: bob.session, username: alice.name },
  }),
  'somebody else’s session under my name, by cookies': async ({ alice, bob }) => byCookie(bob.session, alice.name),
  'somebody else’s session under my name, Bearer and body': async ({ alice, bob }) => ({
    ...bearer(bob.session),
    fields: { username: alice.name },
  }),
  'my session under somebody else’s name': async ({ alice, bob }) => ({
    ...bearer(alice.session),
    fields: { username: bob.name },
  }),
  'my session, but another in the body': async ({ alice }) => ({
    ...bearer(alice.session),
    fields: { session_id: 'B'.repeat(32) },
  }),
  ...Object.fromEntries(
    Object.entries(overSessions).map(([what, over]) => [what, async (two: Two) => bearer(await over(two))]),
  ),
}

describe.each(ENDPOINT_NAMES)('%s', (name) => {
  const rule = ruleOf(name)

  test.each(Object.keys(strangers))('%s', async (what) => {
    const two = await makeTwo(server.address)
    const body = await SAMPLES[name].valid(two)
    const shown = (await strangers[what]?.(two)) ?? {}
    // What needs no session has no such fields either.
    const credentials = rule.needs === 'nothing' ? { headers: shown.headers ?? {} } : shown
    const states = () => Promise.all(rule.needs === 'nothing' ? [] : [stateOf(two.alice), stateOf(two.bob)])
    const before = await states()
    const answer = await askWith(server.address, name, body, credentials)
    expect(faultsOf(answer, rowOf(name), 'json')).toEqual([])
    expect(codeOf(answer)).toBe(rule.needs === 'nothing' ? null : 'not_signed_in')
    expect(await states()).toEqual(before)
  })

  test('an account that is switched off', async () => {
    const two = await makeTwo(server.address)
    const body = await SAMPLES[name].valid(two)
    await setDisabled(two.alice, true)
    const answer = await askWith(server.address, name, body, rule.needs === 'nothing' ? {} : bearer(two.alice.session))
    expect(codeOf(answer)).toBe(rule.whenDisabled === 'the same' ? null : rule.whenDisabled)
    expect(answer.status).toBe(rule.whenDisabled === 'the same' ? 200 : ERRORS[rule.whenDisabled].status)
  })

  test.each([
    ['plain', undefined],
    ['device', 'a browser'],
  ])('the owner, by a %s session', async (kind, device) => {
    const expected = (kind === 'device' ? rule.deviceGets : rule.plainGets) ?? null
    const ways = ({ alice }: Two): Credentials[] => [
      bearer(alice.session),
      byCookie(alice.session, alice.name),
      { fields: { session_id: alice.session, username: alice.name.toUpperCase() } },
    ]
    for (const way of rule.needs === 'nothing' ? [0] : [0, 1, 2]) {
      const two = await makeTwo(server.address, device)
      const body = await SAMPLES[name].valid(two)
      const credentials = rule.needs === 'nothing' ? {} : (ways(two)[way] ?? {})
      const answer = await askWith(server.address, name, body, credentials)
      expect([way, codeOf(answer), answer.status]).toEqual([
        way,
        expected,
        expected === null ? 200 : ERRORS[expected].status,
      ])
      expect(faultsOf(answer, rowOf(name), 'json')).toEqual([])
    }
  })
})

describe('what belongs to somebody else', () => {
  const handlesOf = async (person: Person): Promise<string[]> => {
    const { sessions } = parsed(await call(server.address, 'list_sessions', {}, { session: person.session }))
    return (Array.isArray(sessions) ? sessions : []).map((one: { handle: string }) => one.handle)
  }

  test('a session is revoked by its owner only', async () => {
    const { alice, bob } = await makeTwo(server.address, 'a browser')
    for (const handle of [...(await handlesOf(alice)), '', '%', alice.session]) {
      const answer = await call(server.address, 'revoke_session', { handle }, { session: bob.session })
      expect([handle, codeOf(answer)]).toEqual([handle, 'not_found'])
    }
    must(await call(server.address, 'list_sessions', {}, { session: alice.session }))
  })

  test('a device is revoked by its owner only', async () => {
    const { alice, bob } = await makeTwo(server.address, 'a browser')
    const answer = await call(server.address, 'revoke_device', { device_id: alice.device }, { session: bob.session })
    expect(codeOf(answer)).toBe('not_found')
    must(await call(server.address, 'download_messages', { after: 0 }, { session: alice.session }))
  })

  test('signing in with somebody else’s device id makes a new device, and leaves theirs alone', async () => {
    const { alice, bob } = await makeTwo(server.address, 'a browser')
    must(await call(server.address, 'upload_message', messageTo(alice.name, 'for alice'), { session: bob.session }))
    const thief = await logIn(server.address, bob, { name: 'a thief', id: String(alice.device) })
    expect(thief.device).not.toBe(alice.device)
    expect(
      parsedList(await call(server.address, 'download_messages', { after: 0 }, { session: thief.session })),
    ).toEqual([])
    const mail = parsedList(await call(server.address, 'download_messages', { after: 0 }, { session: alice.session }))
    expect(mail).toMatchObject([{ message_text: 'for alice' }])
  })

  test('an acknowledgement reaches the own mailbox only, and so does a download', async () => {
    const { alice, bob } = await makeTwo(server.address)
    must(await call(server.address, 'upload_message', messageTo(alice.name, 'for alice'), { session: bob.session }))
    expect(
      parsedList(await call(server.address, 'download_messages', { after: 1_000 }, { session: bob.session })),
    ).toEqual([])
    expect(parsedList(await call(server.address, 'download_messages', {}, { session: bob.session }))).toEqual([])
    const mail = parsedList(await call(server.address, 'download_messages', {}, { session: alice.session }))
    expect(mail).toMatchObject([{ message_text: 'for alice', sendername: bob.name }])
  })

  test('the id of somebody else’s message is no id of mine', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const id = randomUUID()
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const)
      // prettier-ignore
      must(await call(server.address, 'upload_message', { ...messageTo(to.name, from.name), id }, { session: from.session }))
    const mail = parsedList(await call(server.address, 'download_messages', {}, { session: alice.session }))
    expect(mail).toMatchObject([{ message_text: bob.name }])
  })

  test('a picture is set and deleted for oneself only', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const pictureOf = async ({ name }: Person) =>
      parsed(await call(server.address, 'get_avatar', { username: name }))['avatar']
    must(await askWith(server.address, 'upload_avatar', {}, bearer(alice.session)))
    const before = await pictureOf(alice)
    must(await call(server.address, 'delete_avatar', {}, { session: bob.session }))
    const under = await call(server.address, 'delete_avatar', { username: alice.name }, { session: bob.session })
    expect([codeOf(under), await pictureOf(alice)]).toEqual(['not_signed_in', before])
  })

  test('a password opens what is its owner’s only', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const answer = await call(server.address, 'delete_user', { password: alice.password }, { session: bob.session })
    expect(codeOf(answer)).toBe('wrong_password')
    await Promise.all([logIn(server.address, alice), logIn(server.address, bob)])
  })
})
