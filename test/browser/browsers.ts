import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, firefox } from 'playwright-core'
import type { Browser } from 'playwright-core'

export type BrowserName = 'chromium' | 'firefox'

const SYSTEM: Record<BrowserName, readonly string[]> = {
  chromium: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
  firefox: ['/usr/bin/firefox', '/usr/bin/firefox-esr'],
}

/** Where the browser of this kind is: see `launchBrowser`. Null: this machine has none. */
export async function findBrowser(name: BrowserName): Promise<string | null> {
  const named = process.env[`CHATNIP_${name.toUpperCase()}`]
  return named ?? SYSTEM[name].find((path) => existsSync(path)) ?? (await fromNpm(name))
}

/** Without these Chromium asks for hosts of its maker at every start, which says nothing about us and may hang. */
const CHROMIUM_QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  '--disable-gpu',
]

/**
 * Starts a browser: the system's, named by `CHATNIP_CHROMIUM` or `CHATNIP_FIREFOX` or found at its usual place; Chromium else
 * from npm.
 * @returns null when there is none of that kind on this machine; the suite then says so and skips
 */
export async function launchBrowser(name: BrowserName): Promise<Browser | null> {
  const executablePath = await findBrowser(name)
  if (executablePath === null) return null
  if (name === 'firefox') return firefox.launch({ channel: 'moz-firefox', executablePath, env: await withOwnHome() })
  return chromium.launch({ executablePath, args: chromiumArguments() })
}

export function chromiumArguments(): string[] {
  // As root, which CI machines often are, Chromium's own sandbox cannot start.
  return [...CHROMIUM_QUIET, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
}

/** Firefox does not start when the home folder is not its user's own, as under `sudo` or in a container. */
async function withOwnHome(): Promise<Record<string, string>> {
  const home = join(tmpdir(), `chatnip-firefox-${process.getuid?.() ?? 0}`)
  await mkdir(home, { recursive: true })
  const named = Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]))
  return { ...Object.fromEntries(named), HOME: home }
}

/** @sparticuz/chromium unpacks to a fixed name in TMPDIR and takes whatever lies there, half-unpacked or not: so unpack aside, then move. */
async function fromNpm(name: BrowserName): Promise<string | null> {
  if (name !== 'chromium' || process.platform !== 'linux' || process.arch !== 'x64') return null
  const home = join(tmpdir(), `chatnip-chromium-${process.getuid?.() ?? 0}`)
  if (existsSync(join(home, 'chromium'))) return join(home, 'chromium')
  const aside = `${home}.${process.pid}`
  await mkdir(aside, { recursive: true })
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = aside
  try {
    const packed = (await import('@sparticuz/chromium')).default
    await packed.executablePath()
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  await rm(home, { recursive: true, force: true })
  await rename(aside, home)
  return join(home, 'chromium')
}
