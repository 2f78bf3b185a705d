import { beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { LIMITS } from '@chatnip/protocol'
import { accept, box, log, openChat, row, say, saySent, sees, stateOf, texts } from './kit/chat.ts'
import { signUp, visit } from './kit/person.ts'
import type { Person } from './kit/person.ts'
import { stage } from './kit/suite.ts'

/** What has broken other messengers. Each must arrive as it was written, as text, in a page that still fits. */
const TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['a script', '<script>window.hacked = 1</script>'],
  ['a picture that fails', '"><img src=x onerror="window.hacked=1">'],
  ['a frame and a style', '<iframe srcdoc="<script>parent.hacked=1</script>"></iframe><style>*{display:none}</style>'],
  ['what templates would fill in', '{{constructor.constructor("window.hacked=1")()}} ${1+1} <%= 1 %> __html'],
  ['the separator of the original', 'one ::52cee64b:: two'],
  ['a script as a link', 'javascript:alert(1) data:text/html,<script>1</script> vbscript:x'],
  ['direction overrides', 'photo_\u202egnp.exe\u202c and \u2067isolated\u2069'],
  ['Hebrew and Arabic', 'שלום (abc) مرحبا 123!'],
  ['heaped accents', `z${'\u0300\u0323\u0489'.repeat(40)}algo`],
  ['families and flags', '👩‍👩‍👧‍👦🏳️‍🌈🇮🇹👍🏽 \u{1f408}\u200d⬛'],
  ['one very long word', 'w'.repeat(3_000)],
  ['a very long link', `https://example.org/${'a/'.repeat(1_000)}`],
  ['signs that end texts elsewhere', 'null \u0000 byte, \u0007 bell, \u2028 line'],
  ['names of properties', '__proto__ constructor toString'],
  ['formulas and numbers', '=1+1,007,NaN,1e999,NA,true'],
]

/** Names that other programs take for something else. */
const NAMES = ['__proto__', 'constructor', '007', 'NA', 'null', '..', 'a.js', `${'M'.repeat(32)}`]

async function isUnharmed(page: Page): Promise<void> {
  const state = await page.evaluate(() => ({
    hacked: 'hacked' in window,
    strangers: document.querySelectorAll('iframe, .text script, .text img, .text style').length,
    tooWide: document.documentElement.scrollWidth > window.innerWidth,
  }))
  expect(state).toEqual({ hacked: false, strangers: 0, tooWide: false })
}

await stage(
  'hostile texts and names',
  (on) => {
    let alice: Person
    let bob: Person

    beforeAll(async () => {
      const small = { viewport: { width: 360, height: 640 } }
      ;[alice, bob] = await Promise.all([on().person('alice').then(signUp), on().person('bob', small).then(signUp)])
      await openChat(alice, 'bob')
      await saySent(alice, 'hello')
      await accept(bob, 'alice')
      await sees(bob, 'hello')
    })

    test.for(TEXTS)('%s stays text', async ([, text]) => {
      const before = (await texts(bob)).length
      await say(alice, text)
      await expect.poll(async () => (await texts(bob)).length).toBe(before + 1)
      const arrived = await log(bob)
        .locator('.text')
        .last()
        .evaluate((element) => element.textContent)
      expect(arrived).toBe(text)
      await isUnharmed(bob.page)
      await isUnharmed(alice.page)
    })

    test('35,000 bytes arrive whole; what is too long is refused in a sentence and stays in the box', async () => {
      const long = `${'Sesto Fiorentino. €! '.repeat(1_500)}END`
      expect(Buffer.byteLength(long)).toBeGreaterThan(34_000)
      await say(alice, long)
      await expect
        .poll(() =>
          log(bob)
            .locator('.text')
            .last()
            .evaluate((element) => element.textContent),
        )
        .toBe(long)
      const tooLong = 'x'.repeat(LIMITS.messageTextBytes)
      await say(alice, tooLong)
      await alice.page.getByText('That is too long for one message.').waitFor()
      expect(await box(alice).inputValue()).toBe(tooLong)
      await box(alice).fill('short again')
      await box(alice).press('Enter')
      await sees(bob, 'short again')
      await isUnharmed(bob.page)
    })

    test('unusual names are names like others', async () => {
      for (const name of NAMES) {
        const { session } = await on().app.server().newDevice(name)
        const body = { username: name, destname: 'bob', message_text: `It is ${name}`, timestamp: 1 }
        expect((await on().app.server().post('upload_message', body, session)).status).toBe(200)
        await visit(bob, '/chats')
        const { page } = bob
        await page.getByText(/^\d+ message requests?$/u).click()
        const entry = page.getByRole('link').filter({ has: page.locator('.name').getByText(name, { exact: true }) })
        await entry.click()
        await sees(bob, `It is ${name}`)
        expect(await bob.page.getByRole('heading', { level: 1 }).textContent()).toBe(name)
        await isUnharmed(bob.page)
        await bob.page.reload()
        await sees(bob, `It is ${name}`)
      }
      await visit(bob, '/chats')
      await row(bob, 'alice').waitFor()
      await isUnharmed(bob.page)
    })

    test('somebody with such a name signs up and writes', async () => {
      const proto = await signUp(await on().person('toString'))
      await openChat(proto, 'alice')
      await saySent(proto, 'I am a person')
      await accept(alice, 'toString')
      await sees(alice, 'I am a person')
      await saySent(alice, 'Of course you are')
      await sees(proto, 'Of course you are')
      expect(await stateOf(alice, 'Of course you are', 'Sent').count()).toBe(1)
    })
  },
  { browsers: ['chromium'] },
)
