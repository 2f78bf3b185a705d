import type { Locator } from 'playwright-core'
import { expect } from 'vitest'
import type { Person } from './person.ts'

/**
 * Opens the conversation with somebody by typing the name into the field above the list.
 * @param name as registered; `typed` in whatever letters
 */
export async function openChat(person: Person, name: string, typed: string = name): Promise<void> {
  const { page } = person
  await page.getByLabel('Write to a name').fill(typed)
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByRole('region', { name, exact: true }).waitFor()
}

/** Accepts somebody who has written first, and stands before the conversation with them. */
export async function accept(person: Person, name: string): Promise<void> {
  const { page } = person
  await page.getByText(/^\d+ message requests?$/u).click()
  await row(person, name).click()
  await page.getByRole('button', { name: 'Accept' }).click()
  await box(person).waitFor()
}

/** Knows somebody before they write, and stands before the list again. */
export async function acquaint(person: Person, name: string): Promise<void> {
  await openChat(person, name)
  await person.page.goBack()
  await row(person, name).waitFor()
}

/** The box in which the message is written. */
export const box = ({ page }: Person): Locator => page.getByRole('textbox', { name: /^(Message to|Note to yourself)/u })

/** Writes and sends, by Enter. */
export async function say(person: Person, text: string): Promise<void> {
  await box(person).fill(text)
  await box(person).press('Enter')
}

/** The log of the open conversation. */
export const log = ({ page }: Person): Locator => page.getByRole('log')

/** The bubbles that hold exactly this text. */
export const bubbles = (person: Person, text: string): Locator =>
  log(person)
    .getByRole('listitem')
    .filter({ has: person.page.locator('.text').getByText(text, { exact: true }) })

const SINCE: Readonly<Record<string, string>> = { Sent: '(Sent|Delivered|Read)', Delivered: '(Delivered|Read)' }

/**
 * The state of an own message, as its foot says it: "Sent", "Waiting to be sent", … What was sent may have been delivered since, and read.
 */
export const stateOf = (person: Person, text: string, state: string): Locator =>
  bubbles(person, text).getByRole('button', {
    name: new RegExp(`^(edited )?\\d\\d:\\d\\d\\. ${SINCE[state] ?? state}\\.`, 'u'),
  })

/** Waits until `person` sees `text` in the open conversation, and looks that it stands there once. */
export async function sees(person: Person, text: string): Promise<void> {
  await bubbles(person, text).first().waitFor()
  expect(await bubbles(person, text).count(), `${text} at ${person.name}`).toBe(1)
}

/** Sends and waits for the tick: the server has it on its disk. */
export async function saySent(person: Person, text: string): Promise<void> {
  await say(person, text)
  await stateOf(person, text, 'Sent').waitFor()
}

/** All texts of the open conversation, in the order of the screen. */
export const texts = (person: Person): Promise<string[]> => log(person).locator('.text').allInnerTexts()

/** From its very beginning to its end: only a stretch of a long conversation is drawn at a time, so the log is walked through. */
export async function allTexts(person: Person): Promise<string[]> {
  await log(person).press('ControlOrMeta+Home')
  await log(person).locator('.beginning').waitFor()
  return log(person).evaluate(walkThrough)
}

/** Runs in the page. A line that is drawn twice at one time counts twice. */
async function walkThrough(scroller: Element): Promise<string[]> {
  const texts: string[] = []
  const known = new Set<string>()
  const isAtEnd = () =>
    scroller.parentElement?.querySelector('.latest') === null &&
    scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 2
  for (let quiet = 0; quiet < 3; quiet = isAtEnd() ? quiet + 1 : 0) {
    const here = new Set<string>()
    for (const line of scroller.querySelectorAll<HTMLElement>('li.message[data-key]')) {
      const key = line.dataset['key'] ?? ''
      if (!known.has(key) || here.has(key)) texts.push(line.querySelector<HTMLElement>('.text')?.innerText ?? '')
      here.add(key)
      known.add(key)
    }
    scroller.scrollTop = scroller.scrollHeight
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  }
  return texts
}

/** A row of the list of conversations. */
export const row = ({ page }: Person, name: string): Locator =>
  page.getByRole('navigation', { name: 'Chats' }).getByRole('link', { name: new RegExp(`^${name}`, 'u') })
