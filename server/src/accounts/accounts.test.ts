import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { solveChallenge } from 'altcha-lib'
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer } from '../testing.ts'
import type { TestServer } from '../testing.ts'
import { removeAccount } from './account.ts'
import { hashOfCode, newCode, newToken } from './secrets.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const QUESTION = 'The opposite of hot is ____.'
const BLANKS = { dict_fill_in_the_blanks: { question: QUESTION, answer: ' Cold' } }

async function say(name: string, body: object, session?: string): Promise<{ status: number; text: string }> {
  const reply = await server.post(name, body, session)
  return { status: reply.status, text: await reply.text() }
}
async function logIn(username: string, password: string, more: object = {}) {
  const { status, text } = await say('authenticate', { username, password, ...more })
  return status === 200 ? String(JSON.parse(text).session_id) : ''
}
const newAccount = (username: string, more: object = {}) =>
  say('create_user', { username, password: 'first', public_key: 'a key', ...BLANKS, ...more })

describe('sign-up', () => {
  test('asks a question, and takes each name once, without case', async () => {
    expect((await say('create_user', { username: 'ada', password: 'x', public_key: 'k' })).text).toMatch(
      /^You may be a bot!/,
    )
    const wrong = { dict_fill_in_the_blanks: { question: QUESTION, answer: 'warm' } }
    expect((await newAccount('ada', wrong)).status).toBe(400)
    expect(await newAccount('ada')).toEqual({ status: 200, text: 'OK' })
    expect((await newAccount('ADA')).status).toBe(409)
  })

  test('takes a proof of work instead, once', async () => {
    const { text } = await say('get_challenge', {})
    const challenge = JSON.parse(JSON.parse(text).challenge)
    const solution = await solveChallenge({ challenge, deriveKey })
    const proof = (proof_of_work: string) => ({ dict_fill_in_the_blanks: undefined, proof_of_work })
    const solved = JSON.stringify({ challenge, solution })
    expect((await newAccount('grace', proof(solved))).text).toBe('OK')
    expect((await newAccount('hedy', proof(solved))).status).toBe(400)
    const eased = structuredClone(challenge)
    eased.parameters.expiresAt += 1
    expect((await newAccount('hedy', proof(JSON.stringify({ challenge: eased, solution })))).status).toBe(400)
    for (const nonsense of ['', '{', '{}', 'null', '{"challenge":{},"solution":{}}', JSON.stringify({ challenge })])
      expect((await newAccount('hedy', proof(nonsense))).status).toBe(400)
  })

  test('by invite only, where it says so, and an invite is used up', async () => {
    const invited = await startTestServer({ env: { CHATNIP_SIGNUP: 'invite' } })
    const code = newCode()
    const now = Date.now()
    await invited.services.store.createInvite({
      handle: code.slice(0, 4),
      hash: hashOfCode(code),
      createdAt: now,
      expiresAt: now + 60_000,
      usesLeft: 1,
    })
    const join = async (username: string, more: object) =>
      (await invited.post('create_user', { username, password: 'x', public_key: 'k', ...more })).status
    expect(await join('ida', BLANKS)).toBe(403)
    expect(await join('ida', { invite: newCode() })).toBe(403)
    expect(await join('ida', { invite: code.toUpperCase().replaceAll('-', ' ') })).toBe(200)
    expect(await join('joan', { invite: code })).toBe(403)
    await invited.stop()
    const closed = await startTestServer({ env: { CHATNIP_SIGNUP: 'closed' } })
    expect(
      (await closed.post('create_user', { username: 'x', password: 'x', public_key: 'k', ...BLANKS })).status,
    ).toBe(403)
    await closed.stop()
  })
})

describe('log-in', () => {
  test('answers alike for a wrong password and an unknown name', async () => {
    await newAccount('lise')
    const [known, unknown] = [
      await server.post('authenticate', { username: 'lise', password: 'no' }),
      await server.post('authenticate', { username: 'nobody', password: 'no' }),
    ]
    expect([known.status, await known.text()]).toEqual([unknown.status, await unknown.text()])
    const names = (reply: Response) => [...reply.headers.keys()].toSorted()
    expect(names(known)).toEqual(names(unknown))
  })

  test('a device that signs in again keeps its mailbox; one that was removed becomes a new one', async () => {
    await newAccount('mary')
    const first = await server.post('authenticate', { username: 'mary', password: 'first', device: { name: 'one' } })
    const { device_id: id, session_id: session } = JSON.parse(await first.text())
    await say('upload_message', { destname: 'mary', message_text: 'x', timestamp: 1 }, await logIn('mary', 'first'))
    const again = await logIn('mary', 'first', { device: { name: 'one', id } })
    expect((await say('list_devices', {}, session)).status).toBe(401)
    expect(JSON.parse((await say('list_devices', {}, again)).text).devices).toMatchObject([
      { device_id: id, waiting: 1, current: true },
    ])
    expect((await say('revoke_device', { device_id: id }, again)).text).toBe('OK')
    const back = await say('authenticate', { username: 'mary', password: 'first', device: { name: 'one', id } })
    const { device_id: other } = JSON.parse(back.text)
    expect(other).not.toBe(id)
  })

  test('plain sessions are many, can be listed, and can be ended one by one', async () => {
    await newAccount('nina')
    const [one, two] = [await logIn('nina', 'first'), await logIn('nina', 'first')]
    const { sessions } = JSON.parse((await say('list_sessions', {}, one)).text)
    expect(sessions).toHaveLength(2)
    const other = sessions.find(({ current }: { current: boolean }) => !current)
    expect((await say('revoke_session', { handle: other.handle }, one)).text).toBe('OK')
    expect((await say('list_sessions', {}, two)).status).toBe(401)
    expect((await say('revoke_session', { handle: 'nothing' }, one)).status).toBe(404)
    expect((await say('register_device', { name: 'now a device' }, one)).status).toBe(200)
    expect((await say('register_device', { name: 'twice' }, one)).status).toBe(403)
  })
})

describe('a password that changes while the old one is being checked', () => {
  const recovery_proof = 'p'.repeat(32)
  const wrapped_keys = { by_password: 'a', by_recovery: 'b', recovery_proof }

  /** Lets something happen between the next check of a password and what follows from it. */
  function afterCheck(happens: () => Promise<unknown>): void {
    const { passwords } = server.services
    const whole = { ...passwords }
    passwords.verify = async (phc, password) => {
      Object.assign(passwords, whole)
      const right = await whole.verify(phc, password)
      await happens()
      return right
    }
  }
  const recover = (username: string) =>
    say('recover_account', { username, recovery_proof, new_password: 'recovered', wrapped_keys })

  test('lets no log-in by the old one through', async () => {
    await newAccount('lotte', { wrapped_keys })
    afterCheck(() => recover('lotte'))
    expect(await logIn('lotte', 'first', { device: { name: 'of a thief' } })).toBe('')
    expect(await logIn('lotte', 'recovered')).not.toBe('')
  })

  test('lets no change, and no deletion, by the old one through', async () => {
    await newAccount('greta', { wrapped_keys })
    const changes = [
      ['reset_password', { old_password: 'first', new_password: 'of a thief' }],
      ['reset_public_key', { password: 'first', new_public_key: 'of a thief' }],
      ['store_wrapped_keys', { password: 'first', wrapped_keys: { by_password: 'of a thief' } }],
      ['delete_user', { password: 'first' }],
    ] as const
    for (const [name, body] of changes) {
      const session = await logIn('greta', 'first')
      afterCheck(() => recover('greta'))
      expect([name, (await say(name, body, session)).status]).toEqual([name, 401])
      const back = await logIn('greta', 'recovered')
      expect(JSON.parse((await say('fetch_wrapped_keys', {}, back)).text)).toEqual({
        public_key: 'a key',
        by_password: 'a',
      })
      await say('reset_password', { old_password: 'recovered', new_password: 'first' }, back)
    }
  })

  test('makes a fresh-start code good for one of two who come at once', async () => {
    await newAccount('tilda')
    const { store, clock } = server.services
    const account = (await store.findAccount('tilda'))?.account ?? 0
    const code = newCode()
    await store.changeAccount(account, { freshStart: { hash: hashOfCode(code), until: clock.now() + 60_000 } })
    const start = (new_password: string) =>
      say('recover_account', {
        username: 'tilda',
        fresh_start: code,
        new_password,
        new_public_key: 'new',
        wrapped_keys: { by_password: 'x' },
      })
    const replies = await Promise.all([start('one'), start('two')])
    expect(replies.map(({ status }) => String(status)).toSorted()).toEqual(['200', '401'])
  })
})

describe('changes', () => {
  const keys = { by_password: 'wrapped by password', by_recovery: 'wrapped by code', recovery_proof: 'x'.repeat(32) }

  test('a new password ends the other sessions and nothing else', async () => {
    await newAccount('olga')
    const [here, there] = [await logIn('olga', 'first'), await logIn('olga', 'first')]
    expect((await say('reset_password', { old_password: 'no', new_password: 'second' }, here)).status).toBe(401)
    expect((await say('reset_password', { old_password: 'first', new_password: 'second' }, here)).text).toBe('OK')
    expect((await say('list_sessions', {}, here)).status).toBe(200)
    expect((await say('list_sessions', {}, there)).status).toBe(401)
    expect([await logIn('olga', 'first'), (await logIn('olga', 'second')).length]).toEqual(['', 32])
  })

  test('wrapped keys come back, and go when the public key changes without new ones', async () => {
    await newAccount('paula', { wrapped_keys: keys })
    const session = await logIn('paula', 'first')
    const fetched = async () => JSON.parse((await say('fetch_wrapped_keys', {}, session)).text)
    expect(await fetched()).toEqual({ public_key: 'a key', by_password: 'wrapped by password' })
    await say('store_wrapped_keys', { password: 'first', wrapped_keys: { by_password: 'newer' } }, session)
    expect(await fetched()).toMatchObject({ by_password: 'newer' })
    const recover = { username: 'paula', recovery_proof: keys.recovery_proof }
    expect(JSON.parse((await say('fetch_recovery', recover)).text)).toEqual({
      public_key: 'a key',
      by_recovery: 'wrapped by code',
    })
    await say('reset_public_key', { password: 'first', new_public_key: 'another' }, session)
    expect(await fetched()).toEqual({ public_key: 'another' })
    expect((await say('fetch_recovery', recover)).status).toBe(401)
  })

  test('the recovery code sets a new password; a wrong one and an unknown name look alike', async () => {
    await newAccount('rosa', { wrapped_keys: keys })
    const session = await logIn('rosa', 'first')
    const recover = (username: string, recovery_proof: string) =>
      say('recover_account', { username, recovery_proof, new_password: 'second', wrapped_keys: { by_password: 'new' } })
    expect(await recover('rosa', 'y'.repeat(32))).toEqual(await recover('nobody', 'y'.repeat(32)))
    expect((await recover('rosa', keys.recovery_proof)).text).toBe('OK')
    expect((await say('list_sessions', {}, session)).status).toBe(401)
    expect((await logIn('rosa', 'second')).length).toBe(32)
    expect((await say('fetch_recovery', { username: 'rosa', recovery_proof: keys.recovery_proof })).status).toBe(200)
  })

  test('a fresh-start code works once, with new keys only, and not when its time is over', async () => {
    await newAccount('sofia', { wrapped_keys: keys })
    const { store } = server.services
    const account = (await store.findAccount('sofia'))?.account ?? 0
    const code = newCode()
    const start = (more: object) =>
      say('recover_account', {
        username: 'sofia',
        fresh_start: code,
        new_password: 'second',
        wrapped_keys: { by_password: 'new' },
        ...more,
      })
    await store.changeAccount(account, { freshStart: { hash: hashOfCode(code), until: Date.now() - 1 } })
    expect((await start({ new_public_key: 'fresh' })).status).toBe(401)
    await store.changeAccount(account, { freshStart: { hash: hashOfCode(code), until: Date.now() + 60_000 } })
    expect((await start({})).status).toBe(400)
    expect((await start({ new_public_key: 'fresh', recovery_proof: keys.recovery_proof })).status).toBe(400)
    expect((await start({ new_public_key: 'fresh' })).text).toBe('OK')
    expect((await start({ new_public_key: 'fresh' })).status).toBe(401)
    expect(JSON.parse((await say('get_public_key', { username: 'sofia' })).text)).toMatchObject({ public_key: 'fresh' })
    expect((await say('fetch_recovery', { username: 'sofia', recovery_proof: keys.recovery_proof })).status).toBe(401)
  })

  test('a picture is set, replaced, deleted; the link always leads somewhere', async () => {
    await newAccount('tove')
    const session = await logIn('tove', 'first')
    const upload = async (colour: string) => {
      const form = new FormData()
      const picture = await sharp({ create: { width: 30, height: 30, channels: 3, background: colour } })
        .png()
        .toBuffer()
      form.set('avatar', new Blob([picture]), 'evil.html')
      const headers = { authorization: `Bearer ${session}` }
      return (await fetch(`${server.address}/upload_avatar`, { method: 'POST', headers, body: form })).text()
    }
    const link = async () => String(JSON.parse((await say('get_avatar', { username: 'TOVE' })).text).avatar)
    const before = await link()
    expect(before).toMatch(/\/avatars\/default\/tove\.svg$/)
    expect(await upload('red')).toBe('OK')
    const first = await link()
    const reply = await fetch(first)
    expect(reply.headers.get('content-type')).toBe('image/webp')
    expect(reply.headers.get('cache-control')).toContain('immutable')
    expect(reply.headers.get('content-security-policy')).toContain('sandbox')
    expect(await upload('blue')).toBe('OK')
    expect((await fetch(first)).status).toBe(404)
    const second = await link()
    expect(
      (await fetch(`${server.address}/delete_avatar`, { headers: { authorization: `Bearer ${session}` } })).status,
    ).toBe(200)
    expect([await link(), (await fetch(second)).status, (await fetch(before)).status]).toEqual([before, 404, 200])
    const form = new FormData()
    form.set('avatar', new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>']), 'a.png')
    const svg = await fetch(`${server.address}/upload_avatar`, {
      method: 'POST',
      headers: { authorization: `Bearer ${session}` },
      body: form,
    })
    expect(svg.status).toBe(400)
  })

  test('a deleted account is gone with everything', async () => {
    await newAccount('uma')
    const session = await logIn('uma', 'first')
    expect((await say('delete_user', { password: 'no' }, session)).status).toBe(401)
    expect((await say('delete_user', { password: 'first' }, session)).text).toBe('OK')
    expect((await say('download_messages', {}, session)).status).toBe(401)
    expect((await say('get_public_key', { username: 'uma' })).status).toBe(404)
    expect((await newAccount('uma')).text).toBe('OK')
  })
})

test('tokens are 32 letters and digits, evenly spread', () => {
  const counts = new Map<string, number>()
  for (let i = 0; i < 2_000; i += 1) for (const letter of newToken()) counts.set(letter, (counts.get(letter) ?? 0) + 1)
  expect(counts.size).toBe(62)
  const expected = (2_000 * 32) / 62
  for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(expected * 0.25)
})

describe('the files of avatars', () => {
  const draw = (tint: string) =>
    sharp({ create: { width: 8, height: 8, channels: 3, background: tint } })
      .png()
      .toBuffer()
  const files = () => readdir(join(server.data, 'avatars')).catch(() => [])

  test('are not left behind by two uploads at once, nor by an account that goes meanwhile', async () => {
    await newAccount('frida')
    const { avatars, store } = server.services
    const account = (await store.findAccount('frida'))?.account ?? 0
    const before = (await files()).length
    await Promise.all([avatars.set(account, await draw('red')), avatars.set(account, await draw('blue'))])
    expect(await files()).toHaveLength(before + 1)
    const kept = (await store.getAccount(account))?.avatar ?? ''
    expect(await files()).toContain(`${kept}.webp`)
    await store.deleteAccount(account)
    await avatars.remove(kept)
    await expect(avatars.set(account, await draw('green'))).rejects.toMatchObject({ code: 'not_signed_in' })
    expect(await files()).toHaveLength(before)
  })

  test('go before their account: who is interrupted in between can delete it again, and leaves nothing', async () => {
    await newAccount('greta')
    const { avatars, bus, store } = server.services
    const before = await files()
    const number = (await store.findAccount('greta'))?.account ?? 0
    await avatars.set(number, await draw('red'))
    const greta = await store.getAccount(number)
    if (greta === null) throw new Error('she has gone')
    const interrupted = { ...avatars, remove: () => Promise.reject(new Error('the machine died')) }
    await expect(removeAccount({ store, bus, avatars: interrupted }, greta)).rejects.toThrow('the machine died')
    expect(await store.getAccount(number)).not.toBeNull()
    await removeAccount({ store, bus, avatars }, greta)
    expect([await store.getAccount(number), await files()]).toEqual([null, before])
  })
})
