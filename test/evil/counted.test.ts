import { seal } from '@chatnip/crypto'
import type { Identity, Letter } from '@chatnip/crypto'
import type { Clock } from '@chatnip/sdk'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { base64url } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { unseal } from '../../crypto/src/envelope.ts'
import { talk } from '../scenarios/people.ts'
import { frame, letter, swapKey, textFor } from './kit/pen.ts'
import type { Fields } from './kit/plumbing.ts'
import { control, mallory, sees, Stage, write } from './kit/stage.ts'
import type { Actor } from './kit/stage.ts'

/** What devices count, tell and ask, against a server that wants to turn it to its use. */

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.stop())

const HONEST = 'verified: an honest word'
/** Of the right form, and of no message. */
const PREV = 'A'.repeat(22)
const FASTER = 10
const begun = Date.now()
/** Half a minute passes in three seconds. */
const hurried: Clock = {
  now: () => begun + (Date.now() - begun) * FASTER,
  timer: (ms, run) => {
    const timer = setTimeout(run, ms / FASTER)
    return () => clearTimeout(timer)
  },
}

interface Scene {
  readonly stage: Stage
  readonly alice: Actor
  readonly bob: Actor
  /** Alice's: the id of its first message. */
  readonly chain: string
}

/** Alice has written one message to Bob, who does not tell her by himself that he has it. */
const play = (act: (scene: Scene) => Promise<void>) => (): Promise<void> =>
  Stage.play(server, async (stage) => {
    const [alice, bob] = [await stage.enter('alice', hurried), await stage.enter('bob', hurried)]
    await bob.messenger.setReceipts(false)
    await control(alice, bob)
    const chain = String(stage.evil.recorded.find(({ sendername }) => sendername === alice.username)?.['id'])
    await act({ stage, alice, bob, chain })
  })

/** A frame with that body in somebody's name. */
async function said(from: Actor, to: Actor, signer: Identity, more: Partial<Letter>): Promise<Fields> {
  const written = { ...letter(from, to, 'a word'), ...more }
  return frame(from.username, await seal(written, signer, to.identity.publicKey), { id: written.id })
}

const ticks = async ({ messenger }: Actor, { username }: Actor): Promise<readonly (string | null)[]> =>
  (await talk(messenger, username)).filter(({ own }) => own).map(({ state }) => state)

/** What somebody puts on the line from now on. */
function overhear({ evil }: Stage, { username }: Actor): Fields[] {
  const heard: Fields[] = []
  evil.toServer = (sent, who) => {
    if (sent['type'] === 'send' && who?.username === username) heard.push(sent)
    return [sent]
  }
  return heard
}

describe('a receipt', () => {
  const receipt = (chain: string) => ({ type: 'receipt', chain, n: 1, missing: [], unsure: [] })

  test(
    'that the addressee did not sign gives no tick; one that they signed does',
    play(async ({ stage, alice, bob, chain }) => {
      stage.evil.say(alice.username, await said(bob, alice, await mallory(), { body: receipt(chain) }))
      await control(bob, alice, 'own, accepted: an honest word')
      expect(await ticks(alice, bob)).toEqual(['accepted'])
      stage.evil.say(alice.username, await said(bob, alice, bob.identity, { body: receipt(chain) }))
      await expect.poll(() => ticks(alice, bob)).toEqual(['stored'])
    }),
  )

  test(
    'that is swallowed is told again on the next line',
    play(async ({ stage, alice, bob }) => {
      await bob.messenger.setReceipts(true)
      let swallowed = 0
      stage.evil.toServer = (sent, who) => {
        const isHis = sent['type'] === 'send' && who?.username === bob.username
        swallowed += isHis ? 1 : 0
        return isHis ? [] : [sent]
      }
      await write(alice, bob, 'and on')
      await expect.poll(() => swallowed).toBeGreaterThan(0)
      expect(await ticks(alice, bob)).toEqual(['accepted', 'accepted'])
      stage.evil.repent()
      await stage.reconnect(bob)
      await expect.poll(() => ticks(alice, bob)).toEqual(['stored', 'stored'])
    }),
  )
})

describe('a question for messages', () => {
  const ask = (chain: string) => ({ body: { type: 'ask', chain, missing: [[1, 1]] } })

  test(
    'by the server, which passes for the addressee with a key of its own, is answered without a word of them',
    play(async ({ stage, alice, bob, chain }) => {
      const thief = await mallory()
      stage.evil.onCall = swapKey(bob, thief.publicKey, (who) => who?.username === alice.username)
      await stage.reconnect(alice)
      const heard = overhear(stage, alice)
      // The first makes the new key known, the others speak with it.
      for (let times = 0; times < 3; times += 1) {
        stage.evil.say(alice.username, await said(bob, alice, thief, ask(chain)))
        await sees(alice, bob, 'own, accepted: an honest word', 'notice: key changed')
      }
      await expect.poll(() => heard.length).toBeGreaterThan(0)
      const given = await Promise.all(heard.map((one) => opened(textFor(one, bob.username), thief)))
      expect(given.map(({ type }) => type)).not.toContain('again')
      expect(JSON.stringify(given)).not.toContain('honest')
    }),
  )

  test(
    'asked fifty times is answered at most three times',
    play(async ({ stage, alice, bob, chain }) => {
      const heard = overhear(stage, alice)
      const asks = await Promise.all(Array.from({ length: 50 }, () => said(bob, alice, bob.identity, ask(chain))))
      stage.evil.say(alice.username, ...asks)
      await expect.poll(() => heard.length).toBeGreaterThan(0)
      await control(bob, alice, 'own, accepted: an honest word')
      expect(heard.length).toBeLessThanOrEqual(3)
      await write(alice, bob, 'and on')
      await sees(bob, alice, HONEST, 'own, accepted: an honest word', 'verified: and on')
    }),
  )
})

async function opened(text: string, opener: Identity): Promise<Fields> {
  const jws = (await unseal(text, opener)) ?? ''
  const payload: { readonly body?: Fields } = JSON.parse(
    new TextDecoder().decode(base64url.decode(jws.split('.')[1] ?? '')),
  )
  return payload.body ?? {}
}

describe('a number', () => {
  test(
    'that the sender did not sign leaves no gap',
    play(async ({ stage, alice, bob, chain }) => {
      const thief = await mallory()
      const head = { body: { type: 'head', chain, n: 9 } }
      const link = { link: { chain, n: 7, prev: PREV } }
      stage.evil.say(bob.username, await said(alice, bob, thief, head), await said(alice, bob, thief, link))
      await write(alice, bob, 'and on')
      await sees(bob, alice, HONEST, 'forged, signature wrong', 'verified: and on')
    }),
  )

  test(
    'as large as there is costs one notice',
    play(async ({ stage, alice, bob, chain }) => {
      const link = { chain, n: 2 ** 31, prev: PREV }
      stage.evil.say(bob.username, await said(alice, bob, alice.identity, { link }))
      await write(alice, bob, 'and on')
      await expect
        .poll(async () => (await talk(bob.messenger, alice.username)).map(({ text }) => text))
        .toEqual(['an honest word', 'a word', 'and on'])
      const notices = (await bob.messenger.messages(alice.username)).filter((line) => !('id' in line))
      expect(notices).toHaveLength(1)
    }),
  )

  test(
    'that was there before, under another id: shown, and what follows is not lost',
    play(async ({ stage, alice, bob, chain }) => {
      await write(alice, bob, 'two')
      await sees(bob, alice, HONEST, 'verified: two')
      const link = { chain, n: 2, prev: PREV }
      stage.evil.say(bob.username, await said(alice, bob, alice.identity, { link }))
      await write(alice, bob, 'and on')
      await sees(bob, alice, HONEST, 'verified: two', 'verified: a word', 'verified: and on')
    }),
  )
})

test(
  'the last messages, swallowed, are missed half a minute after the next word, and put where they belong',
  play(async ({ stage, alice, bob }) => {
    stage.evil.toClient = (sent, who) => {
      const isHers = sent['type'] === 'message' && sent['sendername'] === alice.username
      return isHers && who?.username === bob.username ? [] : [sent]
    }
    for (const text of ['one', 'two']) await write(alice, bob, text)
    await write(bob, alice, 'are you there?')
    const own = ['an honest word', 'one', 'two'].map((text) => `own, accepted: ${text}`)
    await sees(alice, bob, ...own, 'verified: are you there?')
    expect(await ticks(alice, bob)).not.toContain('stored')
    stage.evil.repent()
    await bob.messenger.setReceipts(true)
    const shown = async () => (await talk(bob.messenger, alice.username)).map(({ text }) => text).toSorted()
    await expect.poll(shown, { timeout: 40_000 }).toEqual(['an honest word', 'are you there?', 'one', 'two'])
    await expect.poll(() => ticks(alice, bob), { timeout: 20_000 }).toEqual(['stored', 'stored', 'stored'])
  }),
)
