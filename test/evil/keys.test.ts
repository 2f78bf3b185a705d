import { seal } from '@chatnip/crypto'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compare } from '../../web/src/texts/en-compare.ts'
import { nothingWaits, until } from '../scenarios/people.ts'
import { forge, frame, letter, reseal, swapKey, textFor, withText } from './kit/pen.ts'
import { control, mallory, sees, Stage, write } from './kit/stage.ts'
import type { Account } from './kit/people.ts'
import type { Fields } from './kit/plumbing.ts'
import { status, trust } from './kit/words.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const play = (act: (stage: Stage) => Promise<void>) => () => Stage.play(server, act)

/** Opens what goes to `to`, and sends it on sealed for the key that `to` really has. */
const passOn =
  (to: Account) =>
  async (sent: Fields): Promise<readonly Fields[]> => {
    if (sent['type'] !== 'send') return [sent]
    const thief = await mallory()
    return [withText(sent, to.username, await reseal(textFor(sent, to.username), thief, to.identity.publicKey))]
  }

describe('another key at first contact', () => {
  test(
    'for one side: what the server opens and seals anew does not check',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      stage.evil.onCall = swapKey(bob, (await mallory()).publicKey, (who) => who?.username === alice.username)
      stage.evil.toServer = passOn(bob)
      await write(alice, bob, 'a secret')
      await sees(bob, alice, 'forged, key differs')
      await bob.messenger.open(alice.username)
      expect((await alice.messenger.safetyNumber(bob.username)).digits).not.toBe(
        (await bob.messenger.safetyNumber(alice.username)).digits,
      )
    }),
  )

  test(
    'for both sides, with everything signed anew: not seen until they compare, and then the numbers differ',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      const thief = await mallory()
      stage.evil.onCall = async (asked) => {
        const isOwn = asked.body['username'] === asked.who?.username
        if (asked.name !== 'get_public_key' || isOwn) return asked.pass()
        return { status: 200, body: { username: asked.body['username'], public_key: thief.publicKey } }
      }
      stage.evil.toServer = async (sent) => {
        if (sent['type'] !== 'send') return [sent]
        await reseal(textFor(sent, bob.username), thief, bob.identity.publicKey)
        const anew = letter(alice, bob, 'what the server likes', String(sent['id']))
        return [withText(sent, bob.username, await seal(anew, thief, bob.identity.publicKey))]
      }
      await write(alice, bob, 'a secret')
      await sees(bob, alice, 'verified: what the server likes')
      expect(trust(bob.messenger.contact(alice.username))).toBe('Encrypted')
      const [hers, his] = [
        await alice.messenger.safetyNumber(bob.username),
        await bob.messenger.safetyNumber(alice.username),
      ]
      expect(hers.digits).not.toBe(his.digits)
      expect(await alice.messenger.checkScan(bob.username, his.scan)).toBe(false)
    }),
  )

  test(
    'of the sender, to the addressee only: the true message does not check',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      stage.evil.onCall = swapKey(alice, (await mallory()).publicKey, (who) => who?.username === bob.username)
      await write(alice, bob, 'hello')
      await sees(bob, alice, 'forged, signature wrong')
    }),
  )

  test(
    'without an attack: verified, and the numbers are the same',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      expect(trust(alice.messenger.contact(bob.username))).toBe('Encrypted')
      const his = await bob.messenger.safetyNumber(alice.username)
      expect(await alice.messenger.safetyNumber(bob.username)).toEqual(his)
      expect(await alice.messenger.checkScan(bob.username, his.scan)).toBe(true)
    }),
  )

  test(
    "another key to one of two devices: that one's messages do not check, and its numbers differ",
    play(async (stage) => {
      const [laptop, phone, bob] = [await stage.enter('alice'), await stage.enter('alice'), await stage.enter('bob')]
      const { deviceId } = phone.messenger.profile
      stage.evil.onCall = swapKey(bob, (await mallory()).publicKey, (who) => who?.deviceId === deviceId)
      stage.evil.toServer = (sent, who) => (who?.deviceId === deviceId ? passOn(bob)(sent) : [sent])
      await write(laptop, bob, 'from the laptop')
      await write(phone, bob, 'from the phone')
      await sees(bob, laptop, 'verified: from the laptop', 'forged, key differs')
      const number = (await laptop.messenger.safetyNumber(bob.username)).digits
      expect(number).toBe((await bob.messenger.safetyNumber(laptop.username)).digits)
      expect((await phone.messenger.safetyNumber(bob.username)).digits).not.toBe(number)
    }),
  )

  test(
    'a key for which nothing can be sealed: plain text, and said so',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.account('bob')]
      stage.evil.onCall = swapKey(bob, 'ssh-rsa AAAA')
      await alice.messenger.open(bob.username)
      await until(alice.messenger, 'meeting', () => alice.messenger.contact(bob.username) !== null)
      expect(trust(alice.messenger.contact(bob.username))).toBe('Not encrypted')
    }),
  )
})

describe('another key later', () => {
  test(
    'is told in the conversation, and what the server opens does not check',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      stage.evil.onCall = swapKey(bob, (await mallory()).publicKey, (who) => who?.username === alice.username)
      stage.evil.toServer = passOn(bob)
      await stage.reconnect(alice)
      await write(alice, bob, 'a secret')
      await sees(alice, bob, 'own, accepted: an honest word', 'notice: key changed', 'own, accepted: a secret')
      expect(trust(alice.messenger.contact(bob.username))).toBe('New key')
      await sees(bob, alice, 'verified: an honest word', 'forged, key differs')
    }),
  )

  test(
    'for somebody whom one has compared: nothing leaves until the key is confirmed, or the true one is back',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      await alice.messenger.setCompared(bob.username, true)
      const sent: Fields[] = []
      stage.evil.onCall = swapKey(bob, (await mallory()).publicKey, (who) => who?.username === alice.username)
      stage.evil.toServer = (one) => {
        if (one['type'] === 'send') sent.push(one)
        return [one]
      }
      await stage.reconnect(alice)
      await alice.messenger.send(bob.username, 'a secret')
      await sees(alice, bob, 'own, accepted: an honest word', 'notice: key changed', 'own, waiting: a secret')
      expect(trust(alice.messenger.contact(bob.username))).toMatch(/^New key\. You had compared numbers/)
      expect(sent).toEqual([])
      stage.evil.repent()
      await stage.reconnect(alice)
      await nothingWaits(alice.messenger)
      await sees(bob, alice, 'verified: an honest word', 'verified: a secret')
      expect(trust(alice.messenger.contact(bob.username))).toBe('Compared in person')
    }),
  )

  test(
    'while two people are comparing: their verdict is about the number that they saw',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      const { digits } = await bob.messenger.safetyNumber(alice.username)
      expect(await bob.messenger.setCompared(alice.username, true, digits)).toBe(true)
      // He looks once more, and while he does the server presents its own key.
      stage.evil.onCall = swapKey(alice, (await mallory()).publicKey)
      stage.evil.say(bob.username, await forge(alice, bob, 'from the server', await mallory()))
      await sees(bob, alice, 'verified: an honest word', 'notice: key changed', 'new key: from the server')
      expect(await bob.messenger.setCompared(alice.username, true, digits)).toBe(false)
      expect(compare.outdated).toMatch(/nothing was noted/)
      expect(trust(bob.messenger.contact(alice.username))).toMatch(/^New key\. You had compared/)
    }),
  )

  test(
    'and a message signed with it: "new key", behind a notice',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      stage.evil.onCall = swapKey(alice, (await mallory()).publicKey)
      stage.evil.say(bob.username, await forge(alice, bob, 'from the server', await mallory()))
      await sees(bob, alice, 'verified: an honest word', 'notice: key changed', 'new key: from the server')
      expect(trust(bob.messenger.contact(alice.username))).toBe('New key')
    }),
  )

  test(
    "a message signed with a key that is nobody's: forged, and nothing is learnt from it",
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      stage.evil.say(bob.username, await forge(alice, bob, 'from the server', await mallory()))
      await sees(bob, alice, 'verified: an honest word', 'forged, signature wrong')
      await write(alice, bob, 'again')
      await sees(bob, alice, 'verified: an honest word', 'forged, signature wrong', 'verified: again')
      expect(trust(bob.messenger.contact(alice.username))).toBe('Encrypted')
    }),
  )

  const weak = JSON.stringify({ keys: [{ kty: 'RSA', use: 'sig', alg: 'PS256', n: 'AQAB', e: 'AQAB' }] })
  test.each([
    ['of another format', 'ssh-rsa AAAA'],
    ['too weak', weak],
    ['empty', '{"keys":[]}'],
    ['with a prototype', '{"__proto__":{"keys":[]}}'],
  ])('%s: encryption cannot be turned off by the server; sending waits', (_what, publicKey) =>
    Stage.play(server, async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      const sent: Fields[] = []
      stage.evil.onCall = swapKey(bob, publicKey)
      stage.evil.toServer = (one) => {
        if (one['type'] === 'send') sent.push(one)
        return [one]
      }
      await stage.reconnect(alice)
      await alice.messenger.send(bob.username, 'a secret')
      await sees(alice, bob, 'own, accepted: an honest word', 'notice: key changed', 'own, waiting: a secret')
      expect(trust(alice.messenger.contact(bob.username))).toMatch(/^New key\./)
      expect(sent).toEqual([])
      stage.evil.repent()
      await stage.reconnect(alice)
      await sees(bob, alice, 'verified: an honest word', 'verified: a secret')
    }),
  )
})

describe('lies about accounts', () => {
  test(
    "another key under one's own name: signed out, and what is written waits",
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      stage.evil.onCall = swapKey(alice, (await mallory()).publicKey)
      stage.evil.cut(alice.username)
      await until(alice.messenger, 'the lie', () => {
        if (alice.messenger.connection() === 'offline') alice.messenger.nudge()
        return alice.messenger.connection() === 'signed out'
      })
      await alice.messenger.send(bob.username, 'kept')
      expect(status(alice.messenger.connection())).toMatch(/^You were signed out/)
      await sees(alice, bob, 'own, accepted: an honest word', 'own, waiting: kept')
      stage.evil.repent()
      alice.messenger.nudge()
      await sees(bob, alice, 'verified: an honest word', 'verified: kept')
    }),
  )

  test(
    '"there is nobody of that name": the message fails in words, and can be sent when the lie is over',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      stage.evil.onCall = (asked) =>
        asked.body['username'] === bob.username && asked.name === 'get_public_key'
          ? Promise.resolve({ status: 404, body: { error: { code: 'no_such_user', message: '' } } })
          : asked.pass()
      await stage.reconnect(alice)
      const id = await alice.messenger.send(bob.username, 'hello')
      await sees(alice, bob, 'own, accepted: an honest word', 'own, failed (no_such_user): hello')
      stage.evil.repent()
      await stage.reconnect(alice)
      await alice.messenger.retry(bob.username, id)
      await sees(bob, alice, 'verified: an honest word', 'verified: hello')
    }),
  )

  test(
    'another spelling than the one asked for is not taken over',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      const { publicKey } = bob.identity
      const spellings = ['somebody-else', 5, null, { toLowerCase: 1 }]
      for (const username of spellings) {
        stage.evil.onCall = (asked) =>
          asked.name === 'get_public_key' && asked.body['username'] === bob.username
            ? Promise.resolve({ status: 200, body: { username, public_key: publicKey } })
            : asked.pass()
        await stage.reconnect(alice)
        await alice.messenger.open(bob.username).catch(() => undefined)
        expect(alice.messenger.conversations().map(({ name }) => name)).not.toContain('somebody-else')
      }
      stage.evil.repent()
      await stage.reconnect(alice)
      await control(alice, bob)
      expect(alice.messenger.conversations().map(({ name }) => name)).toEqual([bob.username])
    }),
  )

  test(
    'answers that are none: the message waits, and goes when there is one',
    play(async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      for (const body of [null, 'OK', [], { public_key: 5 }, { username: {}, public_key: {} }]) {
        stage.evil.onCall = (asked) =>
          asked.body['username'] === bob.username ? Promise.resolve({ status: 200, body }) : asked.pass()
        await stage.reconnect(alice)
        await expect(alice.messenger.open(bob.username)).rejects.toMatchObject({ code: 'unavailable' })
      }
      await alice.messenger.send(bob.username, 'hello')
      await sees(alice, bob, 'own, waiting: hello')
      stage.evil.repent()
      await stage.reconnect(alice)
      await sees(bob, alice, 'verified: hello')
    }),
  )
})

test('the pen of these tests writes what is right too: signed by the true key it is verified', () =>
  Stage.play(server, async (stage) => {
    const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
    stage.evil.say(bob.username, await forge(alice, bob, 'the true key', alice.identity))
    await sees(bob, alice, 'verified: the true key')
    stage.evil.say(bob.username, frame(alice.username, 'plain'))
    await sees(bob, alice, 'verified: the true key', 'unsigned: plain')
  }))
