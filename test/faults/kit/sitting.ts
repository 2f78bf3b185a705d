import { chromium } from 'playwright-core'
import type { BrowserContext } from 'playwright-core'
import { chromiumArguments, findBrowser } from '../../browser/browsers.ts'
import type { App } from '../../browser/kit/app.ts'
import type { Person } from '../../browser/kit/person.ts'
import { record } from '../../browser/kit/recorder.ts'
import { commandOf, goneAll, signal, treeOf } from './processes.ts'

/** Somebody at a Chromium of their own whose profile lies in a folder: it can be killed and started again on what it left there. */
export interface Sitting extends Person {
  /** All processes of this Chromium, as of now. */
  processes(): readonly number[]
  /** SIGKILL to all of them; resolves when they are gone. */
  kill(): Promise<void>
}

const TRIES = 3

const elsewhere = (): never => {
  throw new Error('The server is a process of its own here.')
}

/** @param prepare done to the new context before any page is opened, for the controls */
export async function sitDown(
  name: string,
  { folder, address }: { readonly folder: string; readonly address: string },
  prepare: (context: BrowserContext) => Promise<void> = () => Promise.resolve(),
): Promise<Sitting> {
  const executablePath = await findBrowser('chromium')
  if (executablePath === null) throw new Error('There is no Chromium.')
  const context = await openContext(folder, executablePath)
  const pids = treeOf(process.pid).filter((pid) => commandOf(pid).includes(`--user-data-dir=${folder}`))
  context.setDefaultTimeout(30_000)
  await prepare(context)
  const recorder = await record(context, address)
  const app: App = {
    address,
    server: elsewhere,
    stopServer: elsewhere,
    startServer: elsewhere,
    written: elsewhere,
    stop: elsewhere,
  }
  const page = await context.newPage()
  const processes = (): readonly number[] => [...new Set(pids.flatMap((pid) => treeOf(pid)))]
  const kill = async (): Promise<void> => {
    const all = processes()
    signal(all, 'SIGKILL')
    await goneAll(all)
    await context.close().catch(() => undefined)
  }
  return { name, app, context, recorder, page, code: '', processes, kill }
}

/** A profile whose last owner was killed may be locked for a moment still. */
async function openContext(folder: string, executablePath: string): Promise<BrowserContext> {
  const options = { executablePath, args: chromiumArguments(), locale: 'en-GB' }
  for (let attempt = 1; ; attempt++) {
    try {
      return await chromium.launchPersistentContext(folder, options)
    } catch (error) {
      if (attempt === TRIES) throw error
    }
  }
}
