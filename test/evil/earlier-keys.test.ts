import { vouchFor } from '@chatnip/crypto'
import { newKeys } from '@chatnip/sdk/accounts'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PASSWORD } from '../scenarios/people.ts'
import type { Answered, Asked } from './kit/evil-server.ts'
import { forge, swapKey } from './kit/pen.ts'
import { isFields } from './kit/plumbing.ts'
import type { Fields } from './kit/plumbing.ts'
import { control, mallory, sees, Stage, write } from './kit/stage.ts'
import type { Actor } from './kit/stage.ts'

/** A key set vouches for the keys that its account had before: what a server may make of that. */

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const AT = 1_795_000_000_000

const keySetOf = (text: unknown): Fields => {
  const parsed: unknown = JSON.parse(String(text))
  if (!isFields(parsed)) throw new Error('That is no key set.')
  return parsed
}

/** Presents an account's true keys with other statements. */
const restate =
  (of: string, change: (earlier: unknown) => unknown) =>
  async (asked: Asked): Promise<Answered> => {
    const answer = await asked.pass()
    if (asked.name !== 'get_public_key' || asked.body['username'] !== of || !isFields(answer.body)) return answer
    const keySet = keySetOf(answer.body['public_key'])
    const restated = JSON.stringify({ ...keySet, earlier: change(keySet['earlier']) })
    return { status: 200, body: { ...answer.body, public_key: restated } }
  }

const renew = async (who: Actor): Promise<Actor> => {
  await who.seat.stop()
  await newKeys(who.seat.ports, { username: who.username, password: PASSWORD })
  return { ...who, messenger: await who.seat.start() }
}

/** Bob writes to Alice and makes new keys before she has ever heard of him. */
async function writtenBefore(stage: Stage): Promise<Actor> {
  const [bob, alice] = [await stage.enter('bob'), await stage.account('alice')]
  await write(bob, alice, 'on its way')
  return renew(bob)
}

describe('written just before new keys, read by somebody who never knew the old ones', () => {
  test('an honest server: shown, and said to be of an earlier key', () =>
    Stage.play(server, async (stage) => {
      const bob = await writtenBefore(stage)
      const alice = await stage.enter('alice')
      await sees(alice, bob, 'earlier key: on its way')
      const [line] = await alice.messenger.messages(bob.username)
      expect(line).toMatchObject({ details: { compared: false } })
      expect(alice.messenger.contact(bob.username)).toMatchObject({ keyChanged: false })
      await write(bob, alice, 'with new keys')
      await sees(alice, bob, 'earlier key: on its way', 'verified: with new keys')
      expect(await alice.messenger.safetyNumber(bob.username)).toEqual(await bob.messenger.safetyNumber(alice.username))
    }))

  test.each<[string, (earlier: unknown) => unknown]>([
    ['left out', () => undefined],
    ['of another form', () => 'trust me'],
    ['cut short', (earlier) => (Array.isArray(earlier) ? earlier.map((one) => String(one).slice(0, -4)) : [])],
    ['crowded out', (earlier) => ['a.b.c', 'a.b.c', 'a.b.c', ...(Array.isArray(earlier) ? earlier : [])]],
  ])('the statement %s: withheld as before, and nothing else is disturbed', (_what, change) =>
    Stage.play(server, async (stage) => {
      const bob = await writtenBefore(stage)
      stage.evil.onCall = restate(bob.username, change)
      const alice = await stage.enter('alice')
      await sees(alice, bob, 'forged, signature wrong')
      await control(bob, alice, 'forged, signature wrong')
    }),
  )
})

describe('statements of the server', () => {
  test.each<[string, (bob: Actor) => Promise<unknown>]>([
    [
      'signed by itself',
      async (bob) => (await vouchFor(await mallory(), [bob.identity], { account: bob.username, at: AT })).publicKey,
    ],
    [
      'that the same keys made for another account',
      async (bob) => (await vouchFor(bob.identity, [await mallory()], { account: 'bob', at: AT })).publicKey,
    ],
  ])('%s: a message by its own key stays forged', (_what, donor) =>
    Stage.play(server, async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      const taken = keySetOf(await donor(bob))['earlier']
      expect(taken).toHaveLength(1)
      stage.evil.onCall = restate(bob.username, () => taken)
      stage.evil.say(alice.username, await forge(bob, alice, 'from the server', await mallory()))
      await sees(alice, bob, 'forged, signature wrong')
      await control(bob, alice, 'forged, signature wrong')
    }),
  )

  test('made by Bob himself for the attacker’s key (control): it counts, so the tests above can fail', () =>
    Stage.play(server, async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      const vouching = await vouchFor(bob.identity, [await mallory()], { account: bob.username, at: AT })
      stage.evil.onCall = swapKey(bob, vouching.publicKey)
      stage.evil.say(alice.username, await forge(bob, alice, 'by an earlier key', await mallory()))
      await sees(alice, bob, 'earlier key: by an earlier key')
    }))

  test('in a key set of its own, for somebody compared in person: nothing counts until the person says so', () =>
    Stage.play(server, async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      const { identity: second } = await stage.account('carol')
      await control(bob, alice)
      await alice.messenger.setCompared(bob.username, true)
      const vouching = await vouchFor(await mallory(), [second], { account: bob.username, at: AT })
      stage.evil.onCall = swapKey(bob, vouching.publicKey)
      stage.evil.say(alice.username, await forge(bob, alice, 'first', second))
      const seen = ['verified: an honest word', 'notice: key changed', 'forged, signature wrong']
      await sees(alice, bob, ...seen)
      await alice.messenger.confirmKey(bob.username)
      stage.evil.say(alice.username, await forge(bob, alice, 'second', second))
      await sees(alice, bob, ...seen, 'earlier key: second')
    }))
})

test('whom the server makes start afresh vouches for nothing, least of all for what it called the old key', () =>
  Stage.play(server, async (stage) => {
    const bob = await stage.enter('bob')
    await bob.seat.stop()
    const presented = (await mallory()).publicKey
    const made: unknown[] = []
    stage.evil.onCall = async (asked) => {
      if (asked.name === 'reset_public_key') made.push(asked.body['new_public_key'])
      const answer = await asked.pass()
      if (asked.name !== 'fetch_wrapped_keys' || !isFields(answer.body)) return answer
      return { status: 200, body: { ...answer.body, public_key: presented } }
    }
    const found = await bob.seat.logIn()
    if (found.outcome !== 'keys missing') throw new Error('The lie was not noticed.')
    await found.startAfresh()
    expect(made.map((text) => Object.keys(keySetOf(text)))).toEqual([['keys']])
    stage.evil.repent()
    // The same person's new keys from the settings do vouch (control).
    stage.evil.onCall = (asked) => {
      if (asked.name === 'reset_public_key') made.push(asked.body['new_public_key'])
      return asked.pass()
    }
    await newKeys(bob.seat.ports, { username: bob.username, password: PASSWORD })
    expect(Object.keys(keySetOf(made[1]))).toEqual(['keys', 'earlier'])
  }))
