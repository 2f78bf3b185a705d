import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LIMITS } from '@chatnip/protocol'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChild } from './kit/child.ts'
import { call, codeOf, exchange } from './kit/exchange.ts'
import type { Answer } from './kit/exchange.ts'
import {
  answerTo,
  knownBlanks,
  logIn,
  makeAccount,
  makePerson,
  messageTo,
  must,
  newName,
  parsed,
  PIXEL,
  uploadAvatar,
} from './kit/people.ts'
import type { Person } from './kit/people.ts'
import { makeTwo } from './kit/samples.ts'
import { plainClient } from './kit/plain-client.ts'
import type { PlainAsked, PlainClient } from './kit/plain-client.ts'

let server: TestServer
let folder: string
let client: PlainClient

beforeAll(async () => {
  server = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'chatnip-tour-'))
  client = await plainClient()
  console.log(`the tour goes by ${client.tool}`)
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

interface Mail {
  readonly sendername?: string
  readonly message_text: string
  readonly timestamp: number
  readonly id?: string
  readonly seq?: number
}
const mailOf = ({ text }: { readonly text: string }): Mail[] => JSON.parse(text)
const textsOf = (answer: Answer) => mailOf(must(answer)).map(({ message_text }) => message_text)
const send = (from: Person, to: string, text: string) =>
  call(server.address, 'upload_message', messageTo(to, text), { session: from.session })
const download = (who: { readonly session: string }, body: object = {}) =>
  call(server.address, 'download_messages', body, who)

/** The original's own scripts in one go, step by step as its README describes them, by nothing but HTTP. */
test('the original’s whole tour', async () => {
  const ask = (name: string, asked: PlainAsked = {}) => client.ask(`${server.address}/${name}`, asked)
  const json = async (name: string, asked: PlainAsked = {}) => {
    const { status, text } = await ask(name, asked)
    expect([name, status]).toEqual([name, 200])
    const value: Record<string, string> = JSON.parse(text)
    return value
  }
  const says = async (name: string, asked: PlainAsked) => {
    const { status, type, text } = await ask(name, asked)
    return [status, type, text]
  }
  const OK = [200, 'text/plain; charset=utf-8', 'OK']
  const timestamp = Math.floor(Date.now() / 1_000)

  // Signing up, the question answered by somebody who can read.
  const { question = '' } = await json('get_fill_in_the_blanks')
  const blanks = { question, answer: answerTo(question) }
  const signUp = (username: string) => ({
    json: {
      username,
      password: `${username}’s password`,
      public_key: `key of ${username}`,
      dict_fill_in_the_blanks: blanks,
    },
  })
  expect(await says('create_user', signUp('tina'))).toEqual(OK)
  expect(await says('create_user', signUp('uwe'))).toEqual(OK)

  // Logging in: the reply carries the session, the client keeps it.
  const logInAs = async (username: string, password: string) => {
    const { session_id = '', ...more } = await json('authenticate', { json: { username, password } })
    expect(session_id).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(more).toEqual({})
    return { username, session_id }
  }
  const tina = await logInAs('tina', 'tina’s password')
  const uwe = await logInAs('uwe', 'uwe’s password')

  // Messages: sent with the session in the body, fetched by cookies and GET, or by the body and POST.
  const toUwe = (message_text: string) => ({ json: { ...tina, destname: 'uwe', message_text, timestamp } })
  expect(await says('upload_message', toUwe('Hello, Uwe! 🐱'))).toEqual(OK)
  expect(mailOf(await ask('download_messages', { cookies: uwe }))).toEqual([
    { sendername: 'tina', message_text: 'Hello, Uwe! 🐱', timestamp },
  ])
  expect(mailOf(await ask('download_messages', { cookies: uwe }))).toEqual([])
  expect(await says('upload_message', toUwe('Are you there?'))).toEqual(OK)
  expect(mailOf(await ask('download_messages', { json: uwe }))).toMatchObject([{ message_text: 'Are you there?' }])
  expect(mailOf(await ask('download_messages', { method: 'POST', cookies: uwe }))).toEqual([])

  // Keys and avatars of anybody, without a session.
  expect(await json('get_public_key', { json: { username: 'uwe' } })).toMatchObject({ public_key: 'key of uwe' })
  const pictureOf = async (username: string) => (await json('get_avatar', { json: { username } }))['avatar'] ?? ''
  const drawn = await pictureOf('tina')
  expect([(await client.ask(drawn)).status, (await client.ask(drawn)).type]).toEqual([200, 'image/svg+xml'])
  const file = join(folder, 'tina.png')
  await writeFile(file, PIXEL)
  expect(await says('upload_avatar', { cookies: tina, avatar: file })).toEqual(OK)
  const own = await pictureOf('tina')
  expect([own === drawn, (await client.ask(own)).type]).toEqual([false, 'image/webp'])
  expect(await says('delete_avatar', { cookies: tina })).toEqual(OK)
  expect(await pictureOf('tina')).toBe(drawn)
  expect((await client.ask(own)).status).toBe(404)

  // Resets, and the end.
  const keys = { password: 'tina’s password', new_public_key: 'another key of tina' }
  expect(await says('reset_public_key', { cookies: tina, json: keys })).toEqual(OK)
  expect(await json('get_public_key', { json: { username: 'tina' } })).toMatchObject({
    public_key: 'another key of tina',
  })
  const passwords = { old_password: 'tina’s password', new_password: 'a longer password' }
  expect(await says('reset_password', { cookies: tina, json: passwords })).toEqual(OK)
  expect((await ask('authenticate', { json: { username: 'tina', password: 'tina’s password' } })).status).toBe(401)
  const again = await logInAs('tina', 'a longer password')
  expect(await says('upload_message', toUwe('Goodbye.'))).toEqual(OK)
  expect(await says('delete_user', { cookies: again, json: { password: 'a longer password' } })).toEqual(OK)
  expect((await ask('authenticate', { json: { username: 'tina', password: 'a longer password' } })).status).toBe(401)
  expect((await ask('get_public_key', { json: { username: 'tina' } })).status).toBe(404)
  expect(mailOf(await ask('download_messages', { cookies: uwe }))).toEqual([])
})

/** What was wrong with the original's server, so that it never comes back. The numbers are those of the list of its flaws. */
describe('flaws of the original', () => {
  test('11: passwords are kept as Argon2id; an unknown name and a wrong password look the same', async () => {
    const alice = await makePerson(server.address, 'alice')
    const account = await server.services.store.findAccount(alice.name)
    expect(account?.passwordHash).toMatch(/^\$argon2id\$v=19\$/)
    const refused = async (username: string) => {
      const { status, text, headers } = await call(server.address, 'authenticate', { username, password: 'wrong' })
      return { status, text, headers: { ...headers, date: '' } }
    }
    expect(await refused(alice.name)).toEqual(await refused('nobody-of-that-name'))
  })

  test('11: guessing is slowed down, with a time to come back', async () => {
    const limited = await startTestServer({ rateLimits: true })
    try {
      const guesses: Answer[] = []
      for (let guess = 0; guess < 12; guess += 1)
        guesses.push(await call(limited.address, 'authenticate', { username: 'alice', password: `guess ${guess}` }))
      expect(guesses.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
      expect(Number(guesses.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
    } finally {
      await limited.stop()
    }
  })

  test('12: what people write is data, and what they upload is a picture or nothing', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const text = '<img src=x onerror="alert(1)"><script>alert(document.cookie)</script>'
    must(await send(alice, bob.name, text))
    const answer = await download(bob)
    expect([answer.headers['content-type'], answer.headers['x-content-type-options']]).toEqual([
      'application/json; charset=utf-8',
      'nosniff',
    ])
    expect(textsOf(answer)).toEqual([text])
    const pages = [
      '<!doctype html><script>alert(1)</script>',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      'GIF89a<script>alert(1)</script>',
    ]
    for (const page of pages) {
      const refused = await uploadAvatar(server.address, alice.session, Buffer.from(page))
      expect([page, codeOf(refused)]).toEqual([page, 'image_invalid'])
    }
    // A picture with a page behind it is drawn anew, without the page.
    must(await uploadAvatar(server.address, alice.session, Buffer.concat([PIXEL, Buffer.from(pages[0] ?? '')])))
    const { avatar } = parsed(await call(server.address, 'get_avatar', { username: alice.name }))
    const picture = await exchange(server.address, {
      method: 'GET',
      path: new URL(String(avatar)).pathname,
      headers: {},
    })
    expect([picture.headers['content-type'], picture.text.includes('script')]).toEqual(['image/webp', false])
  })

  test('13: opening a link on another page takes and deletes nothing', async () => {
    const { alice, bob } = await makeTwo(server.address)
    must(await send(alice, bob.name, 'hello'))
    must(await uploadAvatar(server.address, bob.session))
    const before = must(await call(server.address, 'get_avatar', { username: bob.name })).text
    for (const path of ['/download_messages', '/delete_avatar']) {
      const headers = { cookie: `session_id=${bob.session}; username=${bob.name}`, 'sec-fetch-site': 'cross-site' }
      expect((await exchange(server.address, { method: 'GET', path, headers })).status).toBe(403)
    }
    expect(textsOf(await download(bob))).toEqual(['hello'])
    expect((await call(server.address, 'get_avatar', { username: bob.name })).text).toBe(before)
  })

  test('14: logs hold no session, password, name or text, whatever their level', async () => {
    const child = await startChild({ CHATNIP_LOG: 'debug' })
    const secret = 'a text that nobody may read'
    const alice = await makePerson(child.address, 'nameinthelog')
    const device = await logIn(child.address, alice, { name: 'a device of hers' })
    must(await call(child.address, 'upload_message', messageTo(alice.name, secret), { session: alice.session }))
    must(await call(child.address, 'download_messages', { after: 0 }, device))
    await call(child.address, 'authenticate', { username: alice.name, password: 'a wrong password' })
    await exchange(child.address, { method: 'GET', path: `/${alice.session}?session_id=${alice.session}`, headers: {} })
    expect(await child.stop()).toBe(0)
    const written = child.output()
    expect(written).toContain('download_messages')
    for (const word of [
      alice.session,
      device.session,
      String(device.device),
      alice.password,
      'a wrong password',
      alice.name,
      secret,
      'a device of hers',
      '127.0.0.1"',
    ])
      expect([word, written.includes(word)]).toEqual([word, false])
  })

  test('15: no cookie is a path', async () => {
    const paths = ['../../res/fill_in_the_blanks', '/etc/passwd', 'klingon', '..%2f..%2fetc%2fpasswd']
    const get = (language: string) =>
      exchange(server.address, {
        method: 'GET',
        path: '/docs',
        headers: { cookie: `language=${language}`, 'accept-language': language },
      })
    const usual = await get('english')
    for (const path of paths) expect([path, (await get(path)).text === usual.text]).toEqual([path, true])
  })

  test('16: names are plain, and nobody gets the picture of a longer name', async () => {
    const proof = { password: 'x', public_key: 'x', dict_fill_in_the_blanks: knownBlanks() }
    for (const username of ['../x', 'a,b', 'a b', 'é', '', 'a/b', 'a\\b', 'a\u0000', 'аlice', 'a'.repeat(33)]) {
      const answer = await call(server.address, 'create_user', { username, ...proof })
      expect([username, codeOf(answer)]).toEqual([username, 'bad_request'])
    }
    const alice = await makePerson(server.address, 'alice')
    must(await uploadAvatar(server.address, alice.session))
    const pictureOf = async (username: string) =>
      String(parsed(must(await call(server.address, 'get_avatar', { username })))['avatar'])
    for (const part of ['al', alice.name.slice(0, -1), 'efault', 'default', 'webp'])
      expect([part, await pictureOf(part)]).toEqual([part, `${server.address}/avatars/default/${part}.svg`])
    expect(await pictureOf(alice.name.toUpperCase())).toBe(await pictureOf(alice.name))
  })

  test('17: sizes, unknown names and floods have an end', async () => {
    const limited = await startTestServer({ rateLimits: true })
    try {
      const { alice, bob } = await makeTwo(limited.address)
      const upload = (to: string, text: string) =>
        call(limited.address, 'upload_message', messageTo(to, text), { session: alice.session })
      expect((await upload(bob.name, 'x'.repeat(LIMITS.messageTextBytes))).status).toBe(200)
      expect(['bad_request', 'too_large']).toContain(
        codeOf(await upload(bob.name, 'x'.repeat(LIMITS.messageTextBytes + 1))),
      )
      expect(codeOf(await upload(bob.name, '🐱'.repeat(LIMITS.messageTextBytes / 4 + 1)))).toBe('too_large')
      expect(codeOf(await upload('nobody-of-that-name', 'hello'))).toBe('no_such_user')
      const flood = await Promise.all(Array.from({ length: 500 }, (_, i) => upload(bob.name, `spam ${i}`)))
      const codes = new Set(flood.map(codeOf))
      expect(codes).toEqual(new Set([null, 'too_many']))
      expect(
        flood.filter(({ status }) => status === 429).every(({ headers }) => Number(headers['retry-after']) > 0),
      ).toBe(true)
    } finally {
      await limited.stop()
    }
  })

  test('18: spelling is not the test, other questions may be brought, and a strange question is no error of ours', async () => {
    const file = join(folder, 'questions.txt')
    await writeFile(file, '# ours\nThe cat says ____.|Meow\nIl gatto dice ____.|miao\n')
    const asking = await startTestServer({ env: { CHATNIP_QUESTIONS: file } })
    try {
      const signUp = (question: unknown, answer: unknown) => {
        const dict_fill_in_the_blanks = { question, answer }
        return call(asking.address, 'create_user', {
          username: newName('reader'),
          password: 'x',
          public_key: 'x',
          dict_fill_in_the_blanks,
        })
      }
      const { question } = parsed(await call(asking.address, 'get_fill_in_the_blanks', {}))
      expect(['The cat says ____.', 'Il gatto dice ____.']).toContain(question)
      expect((await signUp('The cat says ____.', '  mEOW ')).status).toBe(200)
      expect((await signUp('Il gatto dice ____.', 'MIAO')).status).toBe(200)
      for (const [asked, answered] of [
        ['The cat says ____.', 'woof'],
        ['A question of mine?', 'yes'],
        ['', ''],
        ['__proto__', 'x'],
        ['constructor', ''],
      ])
        expect([asked, codeOf(await signUp(asked, answered))]).toEqual([asked, 'maybe_bot'])
      expect(codeOf(await signUp(undefined, 'Meow'))).toBe('bad_request')
    } finally {
      await asking.stop()
    }
  })

  test('19: logging out and changing the password end sessions on the server', async () => {
    const alice = await makePerson(server.address, 'alice')
    const [other, mine] = [await logIn(server.address, alice), await logIn(server.address, alice)]
    must(await call(server.address, 'end_session', {}, alice))
    expect((await download(alice)).status).toBe(401)
    must(await call(server.address, 'reset_password', { old_password: alice.password, new_password: 'new' }, mine))
    expect([(await download(other)).status, (await download(mine)).status]).toEqual([401, 200])
  })

  test('20: a reply that is cut off loses nothing: it is there again until the next call says that it arrived', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const texts = ['one', 'two', 'x'.repeat(60_000)]
    for (const text of texts) must(await send(alice, bob.name, text))
    const body = '{"after":0}'
    const { hostname, port } = new URL(server.address)
    for (let cut = 0; cut < 5; cut += 1) {
      const line = connect({ host: hostname, port: Number(port) })
      line.write(
        `POST /download_messages HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${bob.session}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      await once(line, 'data')
      line.destroy()
    }
    const again = mailOf(must(await download(bob, { after: 0 })))
    expect(again.map(({ message_text, seq }) => [message_text, seq])).toEqual(texts.map((text, i) => [text, i + 1]))
    expect(textsOf(await download(bob, { after: 2 }))).toEqual(texts.slice(2))
    expect(textsOf(await download(bob, { after: 3 }))).toEqual([])
    expect(textsOf(await download(bob, { after: 0 }))).toEqual([])
  })

  test('21: a message sent with a session that is over is refused with 401, never a redirect', async () => {
    const { alice, bob } = await makeTwo(server.address)
    must(await call(server.address, 'end_session', {}, alice))
    const body = { ...messageTo(bob.name, 'lost?'), username: alice.name, session_id: alice.session }
    const answer = await client.ask(`${server.address}/upload_message`, { json: body })
    expect([answer.status, answer.type]).toEqual([401, 'text/plain; charset=utf-8'])
    expect(textsOf(await download(bob))).toEqual([])
    for (const name of [
      'delete_user',
      'reset_password',
      'reset_public_key',
      'upload_avatar',
      'delete_avatar',
      'download_messages',
    ]) {
      const { status } = await exchange(server.address, {
        path: `/${name}`,
        headers: { cookie: `session_id=${alice.session}`, 'content-type': 'application/json' },
        body: '{}',
      })
      expect([name, status < 300 || (status >= 300 && status < 400)]).toEqual([name, false])
    }
  })

  test('22: forty sends at once are forty times OK and forty messages', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const texts = Array.from({ length: 40 }, (_, i) => `message ${i}`)
    const answers = await Promise.all(texts.map((text) => send(alice, bob.name, text)))
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(texts.map(() => '200 OK'))
    expect(textsOf(await download(bob)).toSorted()).toEqual(texts.toSorted())
  })

  test('23: what waits for others, or for oneself, does not slow a poll down', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const carol = await makePerson(server.address, 'carol')
    for (let batch = 0; batch < 30; batch += 1)
      await Promise.all(Array.from({ length: 100 }, (_, i) => send(alice, bob.name, `waiting ${batch} ${i}`)))
    const medianOf = async (who: Person) => {
      const times: number[] = []
      for (let poll = 0; poll < 15; poll += 1) {
        const begun = performance.now()
        must(await download(who, { after: 0 }))
        times.push(performance.now() - begun)
      }
      return times.toSorted((a, b) => a - b)[7] ?? Infinity
    }
    expect(await medianOf(carol)).toBeLessThan(100)
    expect(await medianOf(bob)).toBeLessThan(100)
  })

  test('24: names that look like something else are names', async () => {
    const names = [
      '007',
      'NA',
      'null',
      'None',
      'true',
      'nan',
      'undefined',
      '1e5',
      '0x10',
      '-1',
      '.',
      '..',
      '__proto__',
      'constructor',
      'toString',
    ]
    const people = await Promise.all(names.map((name) => makeAccount(server.address, name)))
    for (const person of people) {
      const session = await logIn(server.address, person)
      must(await call(server.address, 'upload_message', messageTo(person.name, `to ${person.name}`), session))
      expect(mailOf(must(await download(session)))).toMatchObject([
        { sendername: person.name, message_text: `to ${person.name}` },
      ])
      expect(parsed(await call(server.address, 'get_public_key', { username: person.name }))).toMatchObject({
        public_key: person.publicKey,
      })
      const { avatar } = parsed(must(await call(server.address, 'get_avatar', { username: person.name })))
      expect([person.name, (await client.ask(String(avatar))).status]).toEqual([person.name, 200])
    }
    expect(codeOf(await call(server.address, 'get_public_key', { username: '7' }))).toBe('no_such_user')
  })

  test('27: several devices each get everything; several sessions do not end each other', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const [laptop, phone] = [
      await logIn(server.address, bob, { name: 'laptop' }),
      await logIn(server.address, bob, { name: 'phone' }),
    ]
    for (const text of ['one', 'two']) must(await send(alice, bob.name, text))
    for (const device of [laptop, phone]) expect(textsOf(await download(device, { after: 0 }))).toEqual(['one', 'two'])
    // The one has it; the other still gets it again until it says so too.
    expect(textsOf(await download(laptop, { after: 2 }))).toEqual([])
    expect(textsOf(await download(phone, { after: 0 }))).toEqual(['one', 'two'])
    expect((await call(server.address, 'list_sessions', {}, bob)).status).toBe(200)
  })

  test('30: order is the server’s, whatever clocks say; ids are kept, and a repeated send is one message', async () => {
    const { alice, bob } = await makeTwo(server.address)
    const times = [253_402_300_799, 1_795_000_000, 0, 4_102_444_800.5]
    const sent = times.map((timestamp, i) => ({ ...messageTo(bob.name, `number ${i}`), timestamp }))
    for (const body of sent) must(await call(server.address, 'upload_message', body, alice))
    for (const body of sent) must(await call(server.address, 'upload_message', body, alice))
    const mail = mailOf(must(await download(bob, { after: 0 })))
    expect(mail.map(({ id, seq, timestamp }) => [id, seq, timestamp])).toEqual(
      sent.map(({ id, timestamp }, i) => [id, i + 1, timestamp]),
    )
    const other = { ...sent[0], message_text: 'something else' }
    expect(codeOf(await call(server.address, 'upload_message', other, alice))).toBe('id_reused')
    must(await download(bob, { after: 4 }))
    must(await call(server.address, 'upload_message', sent[0], alice))
    expect(textsOf(await download(bob, { after: 4 }))).toEqual([])
  })
})

test('any text comes back as it was', async () => {
  const { alice, bob } = await makeTwo(server.address)
  const special = [
    '',
    '\u0000',
    'a\u0000b',
    '\u202e',
    '€ 😀 Привет こんにちは',
    '\\u0041',
    '"',
    '::52cee64b::',
    '\r\n',
    '\u2028',
    '\uFEFF',
    'e\u0301',
    '\uffff',
  ]
  const texts = fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(texts, async (random) => {
      const all = [...special, ...random]
      for (const text of all)
        must(await call(server.address, 'upload_message', { ...messageTo(bob.name, text), id: randomUUID() }, alice))
      expect(textsOf(await download(bob))).toEqual(all)
    }),
    { numRuns: 25 },
  )
})
