import { beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { allTexts, log, row, saySent, sees } from './kit/chat.ts'
import type { Person } from './kit/person.ts'
import { LAST, longTalk } from './kit/seed.ts'
import { stage } from './kit/suite.ts'

const MANY = 10_000
const SLOW = 4
/** No more than so much of the page is the log, however long the conversation is. */
const MOST_NODES = 5_000

/** Slows this page's processor down. */
async function slowDown({ context, page }: Person, times: number): Promise<void> {
  const session = await context.newCDPSession(page)
  await session.send('Emulation.setCPUThrottlingRate', { rate: times })
}

const nodes = (person: Person): Promise<number> => log(person).evaluate((log) => log.querySelectorAll('*').length)

/** In the page: presses the row of a chat, and tells how many ms it took until its messages were drawn. */
const openingTime = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const drawn = new Promise<number>((resolve) => {
      const look = () => {
        if (document.querySelector('.log .message') === null) requestAnimationFrame(look)
        else requestAnimationFrame(() => resolve(performance.now()))
      }
      look()
    })
    const started = performance.now()
    document.querySelector<HTMLElement>('.chat-row')?.click()
    return (await drawn) - started
  })

/** In the page: scrolls back by `step` px a frame for `frames` frames, and tells how long each took. */
const scrollBack = (person: Person, step: number, frames: number): Promise<readonly number[]> =>
  log(person).evaluate(
    async (log, [by = 0, many = 0]) => {
      const times: number[] = []
      let before = await new Promise<number>(requestAnimationFrame)
      for (let frame = 0; frame < many; frame++) {
        log.scrollTop -= by
        const now = await new Promise<number>(requestAnimationFrame)
        times.push(now - before)
        before = now
      }
      return times
    },
    [step, frames],
  )

/** Scrolls back until what `count` counts is dropped from the page. */
async function scrollAway(person: Person, count: () => Promise<number>): Promise<void> {
  await expect
    .poll(async () => {
      await scrollBack(person, 300, 20)
      return count()
    })
    .toBe(0)
}

/** Where a message is on the screen. */
const heightOf = (person: Person, text: string): Promise<number> =>
  log(person)
    .getByText(text, { exact: true })
    .evaluate((element) => Math.round(element.getBoundingClientRect().top))

const shownNumbers = async (person: Person): Promise<readonly number[]> =>
  (await log(person).locator('.text').allTextContents())
    .flatMap((text) => /^Number (\d+)\./u.exec(text)?.[1] ?? [])
    .map(Number)

const firstNumber = async (person: Person): Promise<number> => (await shownNumbers(person))[0] ?? Infinity

/** The text of the first message that is seen whole. */
const topMessage = (person: Person): Promise<string> =>
  log(person).evaluate((log) => {
    const edge = log.getBoundingClientRect().top
    const texts = [...log.querySelectorAll('.text')]
    return texts.find((text) => text.getBoundingClientRect().top > edge)?.textContent ?? ''
  })

/**
 * In the page: scrolls back until older messages were put above, looking at one line all the while.
 * @returns by how many px it moved otherwise than by the scrolling
 */
async function scrollAndWatch(log: Element): Promise<number> {
  let most = 0
  const first = () => log.querySelector('[data-id]')?.getAttribute('data-id')
  for (let loads = 0; loads < 3;) {
    const before = first()
    const line = document
      .elementFromPoint(log.getBoundingClientRect().right - 120, log.getBoundingClientRect().top + 300)
      ?.closest('[data-key]')
    const from = line?.getBoundingClientRect().top ?? 0
    log.scrollTop -= 40
    await new Promise(requestAnimationFrame)
    await new Promise(requestAnimationFrame)
    if (first() !== before) loads += 1
    if (line?.isConnected === true) most = Math.max(most, Math.abs(line.getBoundingClientRect().top - from - 40))
  }
  return most
}

const share = (times: readonly number[], part: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * part)] ?? Infinity

await stage(
  'a long conversation',
  (on) => {
    let alice: Person

    beforeAll(async () => {
      const texts = Array.from({ length: MANY }, (_, at) => `Number ${at}.${' Some more words.'.repeat((at * 7) % 9)}`)
      alice = await longTalk(on(), texts)
    })

    test('opens at once on a slow machine, and draws a small part of itself', async () => {
      await row(alice, 'bob').waitFor()
      await slowDown(alice, SLOW)
      const times: number[] = []
      for (let round = 0; round < 5; round++) {
        times.push(await openingTime(alice.page))
        await alice.page.evaluate(() => history.back())
        await log(alice).waitFor({ state: 'detached' })
      }
      await slowDown(alice, 1)
      console.log(`opens in ${times.map(Math.round).join(', ')} ms on a ${SLOW} times slower processor`)
      expect(Math.min(...times)).toBeLessThan(1_000)
      await row(alice, 'bob').click()
      await sees(alice, LAST)
      expect(await nodes(alice)).toBeLessThan(MOST_NODES)
    })

    test('scrolls smoothly on a slow machine, and stays small', async () => {
      await slowDown(alice, SLOW)
      const times = await scrollBack(alice, 60, 300)
      await slowDown(alice, 1)
      const [half, most] = [share(times, 0.5), share(times, 0.95)]
      console.log(`frames: half within ${half.toFixed(1)} ms, 95 % within ${most.toFixed(1)} ms`)
      expect(half).toBeLessThan(34)
      expect(await nodes(alice)).toBeLessThan(MOST_NODES)
    })

    test('nothing moves under the reader’s eyes when older messages come in above', async () => {
      await alice.page.reload()
      await sees(alice, LAST)
      await scrollBack(alice, 100, 4)
      const before = await firstNumber(alice)
      const moved = await log(alice).evaluate(scrollAndWatch)
      expect(moved, 'the line that was looked at stayed where it was').toBeLessThanOrEqual(1)
      expect(await firstNumber(alice)).toBeLessThan(before)
    })

    test('nor when lines change their height', async () => {
      const { page } = alice
      const at = await topMessage(alice)
      const before = await heightOf(alice, at)
      await page.setViewportSize({ width: 760, height: 800 })
      await expect.poll(() => heightOf(alice, at)).toBe(before)
      await page.setViewportSize({ width: 1280, height: 800 })
      await expect.poll(() => heightOf(alice, at)).toBe(before)
    })

    test('the button leads to the latest from anywhere, and so does sending', async () => {
      const { page } = alice
      await page.getByRole('button', { name: 'Jump to the latest' }).click()
      await sees(alice, LAST)
      await page.getByRole('button', { name: 'Jump to the latest' }).waitFor({ state: 'detached' })
      await scrollAway(alice, () => log(alice).getByText(LAST, { exact: true }).count())
      await saySent(alice, 'sent from far above')
      await sees(alice, 'sent from far above')
      await expect.poll(() => heightOf(alice, 'sent from far above')).toBeLessThan(800)
    })

    test('scrolled on again it comes back to its end, with nothing left out', async () => {
      const last = () => log(alice).getByText('sent from far above', { exact: true }).count()
      await scrollAway(alice, last)
      await expect
        .poll(async () => {
          await scrollBack(alice, -300, 20)
          return last()
        })
        .toBe(1)
      const numbers = await shownNumbers(alice)
      expect(numbers.at(-1)).toBe(MANY - 1)
      expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at))
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)

await stage(
  'a conversation of short lines',
  (on) => {
    test('is read on to its end after a jump to its beginning, which fits into one screen and a half', async () => {
      const lines = Array.from({ length: 120 }, (_, at) => `line ${at}`)
      const alice = await longTalk(on(), lines)
      await row(alice, 'bob').click()
      await sees(alice, LAST)
      expect(await allTexts(alice)).toEqual([...lines, LAST])
    })
  },
  { browsers: ['chromium'] },
)
