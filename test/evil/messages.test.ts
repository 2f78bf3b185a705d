import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { base64url, CompactSign } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encryptFor, sign } from '../../crypto/src/testing.ts'
import { talk } from '../scenarios/people.ts'
import type { EvilServer } from './kit/evil-server.ts'
import { forge, frame, letter, reseal, swapKey, textFor } from './kit/pen.ts'
import type { Fields } from './kit/plumbing.ts'
import { control, mallory, sees, Stage, write } from './kit/stage.ts'
import type { Actor } from './kit/stage.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const HONEST = 'verified: an honest word'

/** Alice and Bob, who have just exchanged a verified message: `taken` is its frame, as the server has it. */
const play =
  (act: (stage: Stage, alice: Actor, bob: Actor, taken: Fields) => Promise<void>): (() => Promise<void>) =>
  () =>
    Stage.play(server, async (stage) => {
      const [alice, bob] = [await stage.enter('alice'), await stage.enter('bob')]
      await control(alice, bob)
      await act(stage, alice, bob, lastOf(stage.evil, alice))
    })

function lastOf({ recorded }: EvilServer, { username }: Actor): Fields {
  const last = recorded.findLast(({ sendername }) => sendername === username)
  if (last === undefined) throw new Error('Nothing has come by yet.')
  return last
}

/** The same with a fresh seq, and what else is to be different. */
const again = (taken: Fields, more: Fields = {}): Fields => ({ ...taken, seq: frame('', '')['seq'], ...more })

/** The next honest message is shown, verified, behind these lines and nothing else. */
const goesOn = async (alice: Actor, bob: Actor, ...before: readonly string[]): Promise<void> => {
  await write(alice, bob, 'and on')
  await sees(bob, alice, ...before, 'verified: and on')
}

describe('a message sent again by the server', () => {
  test(
    'under its id: shown once',
    play(async (stage, alice, bob, taken) => {
      stage.evil.say(bob.username, again(taken), again(taken), taken)
      await goesOn(alice, bob, HONEST)
    }),
  )

  test(
    'under another id: does not check',
    play(async (stage, alice, bob, taken) => {
      stage.evil.say(bob.username, again(taken, { id: crypto.randomUUID() }))
      await goesOn(alice, bob, HONEST, 'forged, id differs')
    }),
  )

  test(
    'after the history was deleted: not shown',
    play(async (stage, alice, bob, taken) => {
      await bob.messenger.deleteHistory()
      stage.evil.say(bob.username, again(taken))
      await goesOn(alice, bob)
    }),
  )

  test(
    'after a restart: not shown',
    play(async (stage, alice, bob, taken) => {
      await bob.seat.stop()
      const messenger = await bob.seat.start()
      const later = { ...bob, messenger }
      await sees(later, alice, HONEST)
      await write(alice, bob, 'and on')
      await sees(later, alice, HONEST, 'verified: and on')
      stage.evil.say(bob.username, again(taken))
      await write(alice, bob, 'and on again')
      await sees(later, alice, HONEST, 'verified: and on', 'verified: and on again')
    }),
  )

  test(
    'in another conversation: the signature is of no key of the one it is said to be from',
    play(async (stage, alice, bob, taken) => {
      const carol = await stage.account('carol')
      stage.evil.say(bob.username, again(taken, { sendername: carol.username }))
      await sees(bob, carol, 'forged, signature wrong')
      await goesOn(alice, bob, HONEST)
    }),
  )

  test(
    "in another conversation, the key said to be that one's too: it names another sender inside",
    play(async (stage, alice, bob, taken) => {
      const carol = await stage.account('carol')
      stage.evil.onCall = swapKey(carol, alice.identity.publicKey)
      stage.evil.say(bob.username, again(taken, { sendername: carol.username }))
      await sees(bob, carol, 'forged, sender differs')
      await goesOn(alice, bob, HONEST)
    }),
  )

  test(
    'to a device that is new: once, with the date that its sender signed',
    play(async (stage, alice, bob, taken) => {
      const [before] = await talk(bob.messenger, alice.username)
      const phone = await stage.enter('bob')
      stage.evil.say(bob.username, again(taken, { timestamp: 1 }), again(taken, { timestamp: 2 }))
      await sees(phone, alice, HONEST)
      expect((await talk(phone.messenger, alice.username))[0]?.at).toBe(before?.at)
      await sees(bob, alice, HONEST)
    }),
  )
})

describe('a message for somebody else', () => {
  test(
    'cannot be opened',
    play(async (stage, alice, _bob, taken) => {
      const carol = await stage.enter('carol')
      stage.evil.say(carol.username, again(taken))
      await sees(carol, alice, 'forged, not readable')
      await goesOn(alice, carol, 'forged, not readable')
    }),
  )

  test(
    'opened by the server, which had passed for its addressee, and sealed anew for somebody else: names another addressee',
    play(async (stage, alice, bob) => {
      const carol = await stage.enter('carol')
      await control(alice, carol)
      const thief = await mallory()
      stage.evil.onCall = swapKey(bob, thief.publicKey, (who) => who?.username === alice.username)
      let stolen: Fields = {}
      stage.evil.toServer = (sent) => {
        if (sent['type'] === 'send') stolen = sent
        return [sent]
      }
      await stage.reconnect(alice)
      await write(alice, bob, 'for Bob')
      const text = await reseal(textFor(stolen, bob.username), thief, carol.identity.publicKey)
      stage.evil.say(carol.username, frame(alice.username, text, { id: stolen['id'] }))
      await sees(carol, alice, HONEST, 'forged, addressee differs')
    }),
  )

  test(
    'given back to its sender as if the addressee had written it: no',
    play(async (stage, alice, bob, taken) => {
      await control(bob, alice, 'own, accepted: an honest word')
      stage.evil.say(alice.username, again(taken, { sendername: bob.username }))
      await sees(alice, bob, 'own, accepted: an honest word', HONEST, 'forged, not readable')
    }),
  )
})

describe('a message of somebody else', () => {
  test(
    "under Alice's name: the signature is not hers",
    play(async (stage, alice, bob) => {
      const carol = await stage.enter('carol')
      await control(carol, bob)
      stage.evil.say(
        bob.username,
        again(lastOf(stage.evil, carol), { sendername: alice.username, id: crypto.randomUUID() }),
      )
      await goesOn(alice, bob, HONEST, 'forged, signature wrong')
    }),
  )

  test(
    'written by the server itself: the signature is not hers',
    play(async (stage, alice, bob) => {
      stage.evil.say(bob.username, await forge(alice, bob, 'pay', await mallory()))
      await goesOn(alice, bob, HONEST, 'forged, signature wrong')
    }),
  )

  test(
    'as plain text: "not signed", in so many words',
    play(async (stage, alice, bob) => {
      stage.evil.say(bob.username, frame(alice.username, 'pay'))
      await goesOn(alice, bob, HONEST, 'unsigned: pay')
    }),
  )

  /** What `letter` becomes on the wire, signed in another way than the protocol's. */
  const payloadOf = (alice: Actor, bob: Actor) => ({ v: 1, ...letter(alice, bob, 'pay'), key: 'whatever', pad: '' })
  const none = { alg: 'none', typ: 'chatnip-message' }
  const part = (value: unknown): string => base64url.encode(JSON.stringify(value))
  const hmac = async (payload: unknown, publicKey: string): Promise<string> =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'HS256', typ: 'chatnip-message' })
      .sign(new TextEncoder().encode(publicKey))
  test.each([
    ['no signature within the envelope', (payload: unknown) => JSON.stringify(payload)],
    ['"alg": "none"', (payload: unknown) => `${part(none)}.${part(payload)}.`],
    ['"alg": "none" and a signature', (payload: unknown) => `${part(none)}.${part(payload)}.${part('x')}`],
    ['her public key as a shared secret', (payload: unknown, alice: Actor) => hmac(payload, alice.identity.publicKey)],
    [
      'the right algorithm, an empty signature',
      (payload: unknown) => `${part({ ...none, alg: 'PS256' })}.${part(payload)}.`,
    ],
    ['nothing at all', () => ''],
  ])('sealed with %s: does not check', async (_what, signedText) =>
    play(async (stage, alice, bob) => {
      const payload = payloadOf(alice, bob)
      const text = await encryptFor(bob.identity.publicKey, await signedText(payload, alice))
      stage.evil.say(bob.username, frame(alice.username, text, { id: payload.id }))
      await goesOn(alice, bob, HONEST, 'forged, signature wrong')
    })(),
  )

  test(
    'signed by her for something else than a message: does not check',
    play(async (stage, alice, bob) => {
      const payload = payloadOf(alice, bob)
      const signed = await sign(payload, alice.identity.signing, { alg: 'PS256', typ: 'another-thing' })
      const text = await encryptFor(bob.identity.publicKey, signed)
      stage.evil.say(bob.username, frame(alice.username, text, { id: payload.id }))
      await goesOn(alice, bob, HONEST, 'forged, signature wrong')
    }),
  )
})

describe('a message with a bit turned', () => {
  const flip = (text: string, at: number): string =>
    text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

  test(
    'in any part of the envelope: never verified, never its text',
    play(async (stage, alice, bob) => {
      stage.evil.toClient = (sent, who) => {
        if (sent['type'] !== 'message' || who?.username !== bob.username) return [sent]
        const text = String(sent['message_text'])
        const starts = [...text.matchAll(/\./g)].map(({ index }) => index + 1)
        // Each part's beginning, and the very last character.
        return [0, ...starts, text.length - 2].map((at) =>
          again(sent, { id: crypto.randomUUID(), message_text: flip(text, at) }),
        )
      }
      await write(alice, bob, 'a secret')
      stage.evil.repent()
      const unreadable = Array.from({ length: 5 }, () => 'forged, not readable')
      await write(alice, bob, 'and on')
      const isThere = async (): Promise<readonly string[]> =>
        (await talk(bob.messenger, alice.username)).map(({ mark, text }) => `${mark}: ${text.slice(0, 9)}`)
      await expect.poll(isThere).toContain('verified: and on')
      const shown = await isThere()
      // A damaged header makes the text none of our envelopes: it is shown as what it is, unsigned gibberish.
      expect(shown.filter((line) => line === 'forged: ')).toHaveLength(unreadable.length)
      expect(shown.filter((line) => line.startsWith('unsigned: '))).toHaveLength(1)
      expect(shown.join()).not.toContain('secret')
    }),
  )
})

describe('order and absence', () => {
  /** Keeps back what goes to Bob; `open` lets go of it as `change` wants it. */
  const keepBack = (evil: EvilServer, bob: Actor) => {
    const kept: Fields[] = []
    evil.toClient = (sent, who) => {
      const isHers = sent['type'] === 'message' && sent['sendername'] !== bob.username
      if (!isHers || who?.username !== bob.username) return [sent]
      kept.push(sent)
      return []
    }
    return {
      kept,
      open: (change: (all: readonly Fields[]) => readonly Fields[]) => {
        evil.repent()
        // Counted as the honest server would, so that the numbers tell nothing.
        const first = Number(kept[0]?.['seq'])
        evil.say(bob.username, ...change(kept).map((one, index) => ({ ...one, seq: first + index })))
      },
    }
  }

  test(
    'two messages of one sender change places: each is shown in its own',
    play(async (stage, alice, bob) => {
      const { kept, open } = keepBack(stage.evil, bob)
      await write(alice, bob, 'one')
      await write(alice, bob, 'two')
      await expect.poll(() => kept.length).toBe(2)
      open((all) => all.toReversed())
      await sees(bob, alice, HONEST, 'verified: one', 'verified: two')
    }),
  )

  test(
    'one in the middle is missing: told, asked for again, and put in its place',
    play(async (stage, alice, bob) => {
      const { kept, open } = keepBack(stage.evil, bob)
      for (const text of ['one', 'two', 'three']) await write(alice, bob, text)
      await expect.poll(() => kept.length).toBe(3)
      open((all) => all.filter((_one, index) => index !== 1))
      await sees(bob, alice, HONEST, 'verified: one', 'notice: 1 missing, asking', 'verified: three')
      await sees(bob, alice, HONEST, 'verified: one', 'verified: two', 'verified: three')
      await sees(
        alice,
        bob,
        'own, stored: an honest word',
        ...['one', 'two', 'three'].map((text) => `own, stored: ${text}`),
      )
    }),
  )

  test(
    'the last ones are missing: they never get a second tick, and half a minute after the next word they are missed',
    play(async (stage, alice, bob) => {
      const { kept, open } = keepBack(stage.evil, bob)
      for (const text of ['one', 'two', 'three']) await write(alice, bob, text)
      await expect.poll(() => kept.length).toBe(3)
      open((all) => all.slice(0, 1))
      await sees(bob, alice, HONEST, 'verified: one')
      await control(
        bob,
        alice,
        'own, accepted: an honest word',
        ...['one', 'two', 'three'].map((text) => `own, accepted: ${text}`),
      )
    }),
  )
})

describe('messages that one is said to have written oneself', () => {
  test(
    'as plain text: not one\'s own, and "not signed"',
    play(async (stage, alice, bob) => {
      stage.evil.say(alice.username, frame(alice.username, 'I owe the server money'))
      await sees(alice, alice, 'unsigned: I owe the server money')
      await sees(alice, bob, 'own, accepted: an honest word')
    }),
  )

  test(
    'signed by another key: forged, and in no conversation with anybody',
    play(async (stage, alice, bob) => {
      const written = letter(alice, bob, 'I owe the server money')
      const made = await forge({ ...bob, username: alice.username }, alice, written.body.type, await mallory())
      stage.evil.say(alice.username, made)
      await sees(alice, alice, 'forged, signature wrong')
      await sees(alice, bob, 'own, accepted: an honest word')
    }),
  )

  test(
    'a true copy under its own id: once; under another, or what was for somebody else: forged',
    play(async (stage, alice, bob, taken) => {
      const phone = await stage.enter('alice')
      const copies: Fields[] = []
      stage.evil.toClient = (sent, who) => {
        if (sent['type'] === 'message' && who?.username === alice.username) copies.push(sent)
        return [sent]
      }
      await write(alice, bob, 'from the laptop')
      await sees(phone, bob, 'own, accepted: from the laptop')
      const [copy = {}] = copies
      stage.evil.say(alice.username, again(copy), again(copy, { id: crypto.randomUUID() }), again(taken))
      for (const device of [alice, phone])
        await sees(
          device,
          alice,
          ...(device === phone ? ['forged, id differs', 'forged, not readable'] : ['forged, id differs']),
        )
      await write(alice, bob, 'and on')
      await sees(phone, bob, 'own, accepted: from the laptop', 'own, accepted: and on')
    }),
  )
})
