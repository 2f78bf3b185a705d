import { beforeAll, expect, test } from 'vitest'
import { accept, bubbles, log, openChat, row, say, saySent, sees, stateOf, texts } from './kit/chat.ts'
import { giveWordBack, PASSWORD, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** Gives the account new keys, as the settings offer it. */
async function makeNewKeys(person: Person): Promise<void> {
  const { page } = person
  await visit(person, '/settings')
  await page.getByRole('button', { name: 'Make new keys' }).click()
  const dialog = page.getByRole('dialog', { name: 'Make new keys?' })
  await dialog.getByText('Your contacts will be told that your key changed').waitFor()
  await dialog.getByLabel('Present password').fill(PASSWORD)
  await dialog.getByRole('button', { name: 'Make new keys' }).click()
  await page.getByRole('list', { name: 'The twelve words' }).waitFor()
  await giveWordBack(person)
  await page.getByText('You have new keys.').waitFor()
}

/** The two words under the name that say how far the key can be trusted. */
const trust = ({ page }: Person, words: string) => page.getByRole('link', { name: words, exact: true })

const digitsOf = async ({ page }: Person): Promise<string> => {
  const shown = page.getByRole('list', { name: 'Sixty digits' }).getByRole('listitem')
  await shown.first().waitFor()
  return (await shown.allTextContents()).join('')
}

/** Whose key it is, and what people see when it is another one. */
await stage(
  'keys and marks',
  (on) => {
    let alice: Person
    let bob: Person

    beforeAll(async () => {
      ;[alice, bob] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await saySent(alice, 'Hello, Bob.')
      await row(bob, 'alice').click()
      await sees(bob, 'Hello, Bob.')
    })

    test('a new key of somebody is told in the conversation, and sending goes on', async () => {
      await makeNewKeys(bob)
      await bob.page.getByRole('button', { name: 'Back', exact: true }).click()
      await row(bob, 'alice').click()
      await sees(bob, 'Hello, Bob.')
      await saySent(bob, 'I have new keys.')
      await sees(alice, 'I have new keys.')
      const warning = alice.page.getByRole('alert').filter({ hasText: 'The key of bob has changed.' })
      await warning.waitFor()
      expect(await warning.textContent()).not.toContain('Sending waits')
      await alice.page.getByRole('listitem').filter({ hasText: 'The key of bob has changed.' }).waitFor()
      await trust(alice, 'New key').waitFor()
      await saySent(alice, 'So I see.')
      await sees(bob, 'So I see.')
    })

    test('both compare screens show the same sixty digits, and alice notes it', async () => {
      await trust(alice, 'New key').click()
      await trust(bob, 'Encrypted').click()
      const number = await digitsOf(alice)
      expect(number).toMatch(/^\d{60}$/u)
      expect(await digitsOf(bob)).toBe(number)
      await alice.page.getByText('The same number as a picture to scan').waitFor({ state: 'attached' })
      await alice.page.getByRole('button', { name: 'They are the same' }).click()
      await alice.page.getByText('You compared numbers with bob in person.').waitFor()
      await alice.page.getByRole('button', { name: 'Back', exact: true }).click()
      await trust(alice, 'Compared in person').waitFor()
      await expect.poll(() => alice.page.getByText('The key of bob has changed.').count()).toBe(1)
      await bob.page.getByRole('button', { name: 'Back', exact: true }).click()
    })

    test('for somebody compared in person, sending waits until alice goes on with the new key', async () => {
      await makeNewKeys(bob)
      await visit(bob, '/chats/alice')
      await saySent(bob, 'New keys again.')
      await bubbles(alice, 'New keys again.').getByText('Signed with a new key.').waitFor()
      await alice.page.getByText('Sending waits until you say so.').waitFor()
      await say(alice, 'Is it you?')
      await stateOf(alice, 'Is it you?', 'Waiting to be sent').waitFor()
      await saySent(bob, 'It is me.')
      await sees(alice, 'It is me.')
      expect(await stateOf(alice, 'Is it you?', 'Waiting to be sent').count()).toBe(1)
      await alice.page.getByRole('button', { name: 'Go on with the new key' }).click()
      const dialog = alice.page.getByRole('dialog', { name: 'Go on with the new key of bob?' })
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await dialog.waitFor({ state: 'hidden' })
      expect(await stateOf(alice, 'Is it you?', 'Waiting to be sent').count()).toBe(1)
      await alice.page.getByRole('button', { name: 'Go on with the new key' }).click()
      await dialog.getByRole('button', { name: 'Go on with the new key' }).click()
      await stateOf(alice, 'Is it you?', 'Sent').waitFor()
      await sees(bob, 'Is it you?')
      await trust(alice, 'Encrypted').waitFor()
    })

    test('plain text is marked as not signed, and another person’s letter passed on is not shown', async () => {
      const server = on().app.server()
      const { session } = await server.newDevice('mallory')
      const upload = (message_text: string) =>
        server.post('upload_message', { username: 'mallory', destname: 'alice', message_text, timestamp: 1 }, session)
      const stolen = bob.page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framesent', isSend))
      await bob.page.reload()
      await sees(bob, 'Is it you?')
      await saySent(bob, 'a secret for alice')
      const { payload } = await stolen
      const { text: letter }: { text: string } = JSON.parse(String(payload))
      expect((await upload('Trust me, I am bob')).status).toBe(200)
      expect((await upload(letter)).status).toBe(200)
      expect((await upload(LOOKS_SEALED)).status).toBe(200)
      await accept(alice, 'mallory')
      await log(alice).getByText('1 message from mallory cannot be read in this browser yet.').waitFor()
      await bubbles(alice, 'Trust me, I am bob').getByText('Not signed: anybody could have written this.').waitFor()
      await alice.page.getByText('This message does not check. It may be forged, so it is not shown.').first().waitFor()
      expect((await texts(alice)).join()).not.toContain('a secret for alice')
      await alice.page.getByText('Not encrypted').waitFor()
    })
  },
  { browsers: ['chromium'] },
)

/** It has the form of an envelope, and nothing in it. */
const LOOKS_SEALED = `${Buffer.from('{"alg":"RSA-OAEP-256","enc":"A256GCM"}').toString('base64url')}.AA.AA.AA.AA`

const isSend = ({ payload }: { readonly payload: string | Buffer }): boolean =>
  String(payload).includes('"text":"mls1:m:')
