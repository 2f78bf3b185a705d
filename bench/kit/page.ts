import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../../scripts/run.ts'
import { launchBrowser } from '../../test/browser/browsers.ts'

type Page = Awaited<ReturnType<NonNullable<Awaited<ReturnType<typeof launchBrowser>>>['newPage']>>

/**
 * Runs `work` in a page of Chromium that has loaded one of our modules, bundled as the web app is.
 * @param name a module beside this one @returns false where there is no Chromium: nothing was run
 */
export async function inPage(name: string, work: (page: Page) => Promise<void>): Promise<boolean> {
  const browser = await launchBrowser('chromium')
  if (browser === null) return false
  const folder = await mkdtemp(join(tmpdir(), 'chatnip-bench-'))
  const root = fileURLToPath(new URL('.', import.meta.url))
  try {
    const config = ['--config', join(root, 'vite.config.ts'), '--outDir', folder, '--logLevel', 'error']
    if ((await run(['vite', 'build', root, ...config])) !== 0) throw new Error('The page could not be bundled.')
    const server = await serve(folder)
    try {
      const page = await browser.newPage()
      await page.goto(`${server.address}?${name}`)
      await work(page)
    } finally {
      server.close()
    }
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
  return true
}

/** Over HTTP from this machine itself, which browsers take for a safe place. */
async function serve(folder: string) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'))
  const files = new Map<string, Buffer>()
  for (const name of names) files.set(`/${name}`, await readFile(join(folder, name)))
  const server = createServer(({ url = '/' }, response) => {
    const file = files.get(url)
    response.setHeader('content-type', file === undefined ? 'text/html' : 'text/javascript')
    response.end(file ?? `<!doctype html><script type="module" src="/${url.slice(2)}.js"></script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return { address: `http://127.0.0.1:${port}/`, close: () => server.close() }
}
