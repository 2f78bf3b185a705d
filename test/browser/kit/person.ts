import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from 'playwright-core'
import type { App } from './app.ts'
import { record } from './recorder.ts'
import type { Recorder } from './recorder.ts'

export const PASSWORD = 'correct horse battery staple'

/** How long anything on a page may take: making keys needs two seconds, on a machine that is busy with other things ten times that. */
const PATIENCE_MS = 40_000

/** Somebody at a browser of their own: own storage, own cookies, one page in front. */
export interface Person {
  readonly name: string
  readonly app: App
  readonly context: BrowserContext
  readonly recorder: Recorder
  /** The tab in front. Another one stands there after `reopen`. */
  page: Page
  /** The recovery code, once signed up. */
  code: string
}

/** @param options what is special about this browser: language, size of the window, colours */
export async function newPerson(
  browser: Browser,
  app: App,
  name: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  context.setDefaultTimeout(PATIENCE_MS)
  const recorder = await record(context, app.address)
  return { name, app, context, recorder, page: await context.newPage(), code: '' }
}

/** Goes to a path of the app by the address bar. */
export async function visit({ page, app }: Person, path: string): Promise<void> {
  await page.goto(app.address + path)
}

/** Signs up as people do, typing one word of the recovery code back, and stands before the chats. */
export async function signUp(person: Person): Promise<Person> {
  await fillSignUp(person)
  await giveWordBack(person)
  await person.page.getByRole('navigation', { name: 'Chats' }).waitFor()
  return person
}

/** Signs up, and has left on the server what others begin a conversation with: whoever writes to them before that writes in an envelope. */
export async function signUpWhole(person: Person): Promise<Person> {
  const isIt = (response: Response) => response.url().endsWith('/upload_key_packages')
  // It begins to wait before the signing up, of which every step may take its time.
  const left = person.page.waitForResponse(isIt, { timeout: 3 * PATIENCE_MS })
  await Promise.all([signUp(person), left])
  return person
}

/** The sign-up page, up to the recovery code. */
export async function fillSignUp(person: Person): Promise<void> {
  const { page, name } = person
  await visit(person, '/signup')
  await page.getByLabel('Choose a name').fill(name)
  await page.getByLabel('Choose a password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign up' }).click()
  await page.getByRole('heading', { name: 'Your recovery code' }).waitFor()
}

/** Reads the twelve words from the screen, keeps them, and types back the one that is asked for. */
export async function giveWordBack(person: Person): Promise<void> {
  const { page } = person
  const list = page.getByRole('list', { name: 'The twelve words' }).getByRole('listitem')
  await list.first().waitFor()
  const words = await list.allTextContents()
  person.code = words.join(' ')
  await page.getByLabel(/what is word/u).fill(words[(await askedWord(page)) - 1] ?? '')
  await page.getByRole('button', { name: 'I have written them down' }).click()
}

/** Which of the twelve words is asked back, from 1. */
export async function askedWord(page: Page): Promise<number> {
  const asked = await page.getByText(/what is word/u).textContent()
  return Number(/\d+/u.exec(asked ?? '')?.[0])
}

/** Logs in by the log-in page and stands before the chats. */
export async function logIn(person: Person, password: string = PASSWORD): Promise<Person> {
  await visit(person, '/login')
  await fillLogIn(person, person.name, password)
  await person.page.getByRole('navigation', { name: 'Chats' }).waitFor()
  return person
}

export async function fillLogIn({ page }: Person, name: string, password: string): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
}

/** A new tab in front, in place of the one that crashed or was closed. */
export async function reopen(person: Person, path: string): Promise<void> {
  person.page = await person.context.newPage()
  await visit(person, path)
}

/** The tab dies in the midst of whatever it was doing. Only Chromium can be told to; elsewhere it is closed without warning. */
export async function crash({ page, context }: Person): Promise<void> {
  if (context.browser()?.browserType().name() !== 'chromium') {
    await page.close({ runBeforeUnload: false })
    return
  }
  const session = await context.newCDPSession(page)
  const dead = new Promise<void>((resolve) => page.once('crash', () => resolve()))
  session.send('Page.crash').catch(() => undefined)
  await dead
  await page.close()
}

/** The same person in another tab of the same browser. */
export async function anotherTab(person: Person, path: string): Promise<Person> {
  const tab = { ...person, page: await person.context.newPage() }
  await visit(tab, path)
  return tab
}
