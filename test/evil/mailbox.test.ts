import { CLOSE, ERRORS, LIMITS } from '@chatnip/protocol'
import type { ErrorCode } from '@chatnip/protocol'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../scenarios/people.ts'
import { frame } from './kit/pen.ts'
import type { Fields } from './kit/plumbing.ts'
import { control, sees, Stage, write } from './kit/stage.ts'
import type { Actor } from './kit/stage.ts'
import { lines, status } from './kit/words.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const HERS = 'own, accepted: an honest word'
const HIS = 'verified: an honest word'

/** Alice and Bob, who have just exchanged a verified message. */
const play =
  (act: (stage: Stage, alice: Actor, bob: Actor) => Promise<void>): (() => Promise<void>) =>
  () =>
    Stage.play(server, async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      await act(stage, alice, bob)
    })

describe('a mailbox that is counted wrongly', () => {
  test(
    'rolled back to its beginning: nothing is shown twice, and what is new stands behind what was there',
    play(async (stage, alice, bob) => {
      for (const text of ['two', 'three']) await write(alice, bob, text)
      await sees(bob, alice, HIS, 'verified: two', 'verified: three')
      const all = [...stage.evil.recorded]
      // From here on the mailbox counts from 1 again, and begins with everything that it ever held.
      const counted = (number: unknown): number => Number(number) - all.length
      stage.evil.toClient = (sent, who) => {
        if (who?.username !== bob.username) return [sent]
        if (sent['type'] === 'sent') return [{ ...sent, after: Math.max(0, counted(sent['after'])) }]
        return sent['type'] === 'message' ? [{ ...sent, seq: counted(sent['seq']) }] : [sent]
      }
      await stage.reconnect(bob)
      stage.evil.say(bob.username, ...all.map((one, index) => ({ ...one, seq: index + 1 })))
      await write(alice, bob, 'four')
      await sees(bob, alice, HIS, 'verified: two', 'verified: three', 'verified: four')
      await bob.messenger.send(alice.username, 'five')
      await sees(bob, alice, HIS, 'verified: two', 'verified: three', 'verified: four', 'own, accepted: five')
    }),
  )

  test(
    "with seqs left out, up to the largest: each message is shown once, none takes another's place",
    play(async (stage, alice, bob) => {
      const seqs = [10, 2 ** 40, 3, 2 ** 40, 4, 2 ** 40, 5]
      let next = 0
      stage.evil.toClient = (sent, who) => {
        if (sent['type'] !== 'message' || who?.username !== bob.username) return [sent]
        next += 1
        return [{ ...sent, seq: seqs[next - 1] }]
      }
      const words = seqs.map((seq, index) => `${index}, ${seq}`)
      for (const word of words) await write(alice, bob, word)
      await sees(bob, alice, HIS, ...words.map((word) => `verified: ${word}`))
    }),
  )

  test(
    'beyond all numbers: not listened to',
    play(async (stage, alice, bob) => {
      for (const seq of [2 ** 53, 1e300, -1, 0, 0.5, '7', null])
        stage.evil.say(bob.username, frame(alice.username, 'no', { seq }))
      stage.evil.say(
        bob.username,
        JSON.stringify(frame(alice.username, 'no', { seq: 0 })).replace('"seq":0', '"seq":1e999'),
      )
      await write(alice, bob, 'and on')
      await sees(bob, alice, HIS, 'verified: and on')
    }),
  )

  test(
    'own messages said to stand anywhere: each is there once, and nothing of others is overwritten',
    play(async (stage, alice, bob) => {
      const places = [2 ** 40, 0, 1, 2 ** 40, 5]
      let next = 0
      stage.evil.toClient = (sent, who) => {
        if (sent['type'] !== 'sent' || who?.username !== alice.username) return [sent]
        next += 1
        return [{ ...sent, after: places[next - 1] }]
      }
      for (const [index] of places.entries()) {
        await write(alice, bob, `hers ${index}`)
        await write(bob, alice, `his ${index}`)
      }
      await until(
        alice.messenger,
        'all of them',
        async () => (await lines(alice.messenger, bob.username)).length === 11,
      )
      const shown = await lines(alice.messenger, bob.username)
      const wanted = places.flatMap((_place, index) => [`own, accepted: hers ${index}`, `verified: his ${index}`])
      expect(shown.toSorted()).toEqual([HERS, ...wanted].toSorted())
    }),
  )
})

describe('false answers to what was sent', () => {
  test(
    '"sent", and thrown away: missed with the next message, asked for again, and shown in its place',
    play(async (stage, alice, bob) => {
      stage.evil.toServer = (sent, who) => {
        if (sent['type'] !== 'send' || who?.username !== alice.username) return [sent]
        stage.evil.say(alice.username, { type: 'sent', id: sent['id'], after: 0 })
        return []
      }
      await write(alice, bob, 'swallowed')
      stage.evil.repent()
      await write(alice, bob, 'and on')
      await sees(alice, bob, HERS, 'own, accepted: swallowed', 'own, accepted: and on')
      await sees(bob, alice, HIS, 'notice: 1 missing, asking', 'verified: and on')
      await sees(bob, alice, HIS, 'verified: swallowed', 'verified: and on')
    }),
  )

  test(
    '"sent" for what was never sent, "refused" for what was accepted: nothing',
    play(async (stage, alice, bob) => {
      const [hers = ''] = stage.evil.recorded.map(({ id }) => String(id))
      const id = crypto.randomUUID()
      stage.evil.say(alice.username, { type: 'sent', id, after: 1 }, { type: 'sent', id: hers, after: 9 })
      stage.evil.say(alice.username, { type: 'refused', id: hers, code: 'too_large', message: '' })
      await write(alice, bob, 'and on')
      await sees(alice, bob, HERS, 'own, accepted: and on')
      await sees(bob, alice, HIS, 'verified: and on')
    }),
  )

  const mayPass: readonly ErrorCode[] = ['too_many', 'mailbox_full', 'unavailable', 'disk_full', 'not_signed_in']
  const codes = Object.keys(ERRORS).filter((code) => !mayPass.some((other) => other === code))
  test(
    '"refused" for good, for any reason: told in words, and sent when it is tried again',
    play(async (stage, alice, bob) => {
      let code = ''
      stage.evil.toServer = (sent, who) => {
        if (sent['type'] !== 'send') return [sent]
        stage.evil.say(who?.username ?? '', { type: 'refused', id: sent['id'], code, message: '<b>' })
        return []
      }
      const told = [HERS]
      let last = ''
      for (code of codes) {
        last = await alice.messenger.send(bob.username, 'hello')
        told.push(`own, failed (${code}): hello`)
        await sees(alice, bob, ...told)
      }
      stage.evil.repent()
      await alice.messenger.retry(bob.username, last)
      await sees(bob, alice, HIS, 'verified: hello')
    }),
  )

  test(
    '"refused" for no reason that there is, and with no wait: it goes by itself later',
    play(async (stage, alice, bob) => {
      let asked = 0
      stage.evil.toServer = (sent, who) => {
        if (sent['type'] !== 'send' || who?.username !== alice.username) return [sent]
        asked += 1
        if (asked > 2) return [sent]
        const code = asked === 1 ? 'constructor' : 'too_many'
        stage.evil.say(who?.username ?? '', { type: 'refused', id: sent['id'], code, message: '', retry_after: 0 })
        return []
      }
      await alice.messenger.send(bob.username, 'hello')
      await sees(alice, bob, HERS, 'own, waiting: hello')
      await sees(bob, alice, HIS, 'verified: hello')
      expect(asked).toBe(3)
    }),
  )

  test(
    '"expired": told in words, sent anew when one wants; about others\' messages, and what has arrived, nothing',
    play(async (stage, alice, bob) => {
      // Without Bob's receipts nobody can tell whether it arrived.
      stage.evil.toServer = (sent, who) => (sent['type'] === 'send' && who?.username === bob.username ? [] : [sent])
      const id = await write(alice, bob, 'hello')
      await sees(bob, alice, HIS, 'verified: hello')
      const carol = await stage.account('carol')
      const expired = frame('', '', { type: 'expired', destname: bob.username, id })
      stage.evil.say(bob.username, { ...expired, destname: alice.username })
      stage.evil.say(alice.username, { ...expired, destname: carol.username }, { ...expired, id: crypto.randomUUID() })
      stage.evil.say(alice.username, expired)
      await sees(alice, bob, HERS, 'own, expired: hello')
      await sees(bob, alice, HIS, 'verified: hello')
      stage.evil.repent()
      await stage.reconnect(bob)
      await sees(alice, bob, 'own, stored: an honest word', 'own, stored: hello')
      const other = await write(alice, bob, 'and on')
      stage.evil.say(alice.username, { ...expired, seq: frame('', '')['seq'], id: other })
      await sees(alice, bob, HERS, 'own, accepted: hello', 'own, stored: and on')
    }),
  )

  test(
    'none, for ever: it waits, and so does what is written behind it; both go when the server answers',
    play(async (stage, alice, bob) => {
      const kept: Fields[] = []
      stage.evil.toServer = (sent) => {
        if (sent['type'] !== 'send') return [sent]
        kept.push(sent)
        return []
      }
      for (const text of ['one', 'two']) await alice.messenger.send(bob.username, text)
      await expect.poll(() => kept.length).toBe(1)
      stage.evil.say(alice.username, { type: 'pong' }, { type: 'empty' })
      await sees(alice, bob, HERS, 'own, waiting: one', 'own, waiting: two')
      stage.evil.repent()
      await stage.reconnect(alice)
      await sees(bob, alice, HIS, 'verified: one', 'verified: two')
    }),
  )

  test(
    '"your session is over", though it is not: signed out, and what waits is kept',
    play(async (stage, alice, bob) => {
      stage.evil.close(alice.username, CLOSE.session_over.code)
      await until(alice.messenger, 'being signed out', () => alice.messenger.connection() === 'signed out')
      await alice.messenger.send(bob.username, 'kept')
      expect(status(alice.messenger.connection())).toMatch(/^You were signed out/)
      await sees(alice, bob, HERS, 'own, waiting: kept')
      alice.messenger.nudge()
      await sees(bob, alice, HIS, 'verified: kept')
    }),
  )

  test(
    '"that frame was bad", again and again: given up in words after some tries, and the next one goes',
    play(async (stage, alice, bob) => {
      stage.evil.toServer = (sent, who) => {
        if (sent['type'] !== 'send') return [sent]
        stage.evil.close(who?.username ?? '', CLOSE.bad_frame.code)
        return []
      }
      const forget = alice.messenger.onChange(() => alice.messenger.nudge())
      await alice.messenger.send(bob.username, 'hello')
      await sees(alice, bob, HERS, 'own, failed (bad_request): hello')
      forget()
      stage.evil.repent()
      alice.messenger.nudge()
      await write(alice, bob, 'and on')
      await sees(bob, alice, HIS, 'verified: and on')
    }),
  )
})

describe('what is no frame', () => {
  const good = frame('alice', 'no')
  const texts = [
    'not JSON',
    '',
    'null',
    '5',
    '[]',
    '{}',
    '"message"',
    '{"type":"message"}',
    '{"type":"toString"}',
    '{"type":"sent"}',
    '{"type":"refused"}',
    '{"type":"expired","seq":1}',
    `{"__proto__":${JSON.stringify(good)}}`,
    `{"type":"message","__proto__":${JSON.stringify(good)}}`,
    '{"type":"message","constructor":{"prototype":{"seq":1}}}',
    JSON.stringify({ ...good, sendername: null }),
    JSON.stringify({ ...good, sendername: '__proto__/x' }),
    JSON.stringify({ ...good, sendername: '<img src=x>' }),
    JSON.stringify({ ...good, message_text: {} }),
    JSON.stringify({ ...good, message_text: 'x'.repeat(LIMITS.handshakeBytes + 1) }),
    JSON.stringify({ ...good, id: 'constructor' }),
    JSON.stringify({ ...good, timestamp: 1e300 }),
    '['.repeat(200_000),
  ]

  test(
    'is passed over, and the next message is shown',
    play(async (stage, alice, bob) => {
      stage.evil.say(bob.username, ...texts)
      stage.evil.say(alice.username, ...texts)
      await write(alice, bob, 'and on')
      await sees(bob, alice, HIS, 'verified: and on')
      expect(bob.messenger.conversations().map(({ name }) => name)).toEqual([alice.username])
      expect(({} as Fields)['seq']).toBeUndefined()
    }),
  )

  test(
    'and a frame larger than any: the line is cut, comes back, and nothing is lost',
    play(async (stage, alice, bob) => {
      stage.evil.say(bob.username, JSON.stringify({ ...good, message_text: 'x'.repeat(3_000_000) }))
      await until(bob.messenger, 'the cut', () => bob.messenger.connection() !== 'online')
      bob.messenger.nudge()
      await write(alice, bob, 'and on')
      await sees(bob, alice, HIS, 'verified: and on')
    }),
  )

  test(
    'a name that is a word of the language is a name like others',
    play(async (stage, alice, bob) => {
      for (const name of ['__proto__', 'constructor', 'toString']) stage.evil.say(bob.username, frame(name, 'hi'))
      await write(alice, bob, 'and on')
      await sees(bob, alice, HIS, 'verified: and on')
      const names = bob.messenger.conversations().map(({ name }) => name)
      expect(names.toSorted()).toEqual(['__proto__', alice.username, 'constructor', 'toString'].toSorted())
      for (const name of ['__proto__', 'constructor', 'toString']) {
        expect(await lines(bob.messenger, name)).toEqual(['unsigned: hi'])
      }
    }),
  )
})
