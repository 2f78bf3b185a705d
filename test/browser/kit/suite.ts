import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { launchBrowser } from '../browsers.ts'
import type { BrowserName } from '../browsers.ts'
import { startApp } from './app.ts'
import type { App, AppOptions } from './app.ts'
import { acquaint } from './chat.ts'
import { newPerson, signUpWhole } from './person.ts'
import type { Person } from './person.ts'
import { nothing } from './recorder.ts'

/** What the tests of one suite share: a browser, a server, and people who come in by their names. */
export interface Stage {
  readonly browser: Browser
  readonly app: App
  /** Somebody new at a browser of their own, watched until the end of the suite. `address`: where they find the app, if not where it is. */
  person(name: string, options?: BrowserContextOptions, address?: string): Promise<Person>
  /** Two people who have just signed up, and before the other list stands the one, as somebody who is no stranger. */
  couple(one: string, other: string): Promise<[Person, Person]>
}

interface Options extends AppOptions {
  readonly browsers?: readonly BrowserName[]
}

const BOTH: readonly BrowserName[] = ['chromium', 'firefox']

/**
 * Runs a suite once in each browser. Where one is missing the suite is skipped, and its title says so. After each test nothing
 * may have gone wrong in any page: no error, no violation of the policy, no request to anywhere else.
 * @param define makes the tests; what it is handed may be used inside tests and hooks only
 */
export async function stage(title: string, define: (stage: () => Stage) => void, options: Options = {}): Promise<void> {
  for (const name of options.browsers ?? BOTH) {
    const browser = await launchBrowser(name)
    const missing = browser === null ? ': skipped, this machine has none' : ''
    describe.skipIf(browser === null)(`${title}, in ${name}${missing}`, () => {
      define(prepare(browser, options))
    })
  }
}

/** Hooks around all tests of one suite. */
function prepare(browser: Browser | null, options: AppOptions): () => Stage {
  const people: Person[] = []
  let app: App | null = null
  beforeAll(async () => {
    app = await startApp(options)
  })
  afterEach(() => {
    for (const { name, recorder } of people) expect(recorder, `what went wrong at ${name}`).toEqual(nothing)
  })
  afterAll(async () => {
    await browser?.close()
    await app?.stop()
  })
  return () => {
    if (browser === null || app === null) throw new Error('Use the stage inside tests and hooks only.')
    const running = app
    const person: Stage['person'] = async (name, how, address = running.address) => {
      const somebody = await newPerson(browser, { ...running, address }, name, how)
      people.push(somebody)
      return somebody
    }
    const couple: Stage['couple'] = async (one, other) => {
      const both = await Promise.all([person(one).then(signUpWhole), person(other).then(signUpWhole)])
      await acquaint(both[1], one)
      return both
    }
    return { browser, app: running, person, couple }
  }
}
