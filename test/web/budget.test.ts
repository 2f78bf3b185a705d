import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import { top } from '../../scripts/run.ts'
import { ensureWebBundle } from '../../scripts/bundles.ts'

/** What a first visit may weigh: all script that a page needs before somebody does anything, as the server sends it. */
const BUDGET_BYTES = 90 * 1024

/**
 * Beyond that with the chats of who is signed in, whose engine came to know groups of many: a debt of 6 KiB, not to be made larger. On return
 * it all comes from the browser's own cache.
 */
const BUDGET_SIGNED_IN_BYTES = 96 * 1024

const DIST = join(top, 'web/dist')

/** Pages and the lazily loaded file that each needs at once, besides what every page needs: whose chats are there, the engine. */
const PAGES: Readonly<Record<string, RegExp | null>> = {
  '/': null,
  '/login': /^log-in-/u,
  '/chats': /^engine-/u,
}

const bundled = new Map<string, string>()

beforeAll(async () => {
  await ensureWebBundle()
  const folder = join(DIST, 'assets')
  for (const name of await readdir(folder))
    if (name.endsWith('.js')) bundled.set(name, await readFile(join(folder, name), 'utf8'))
})

/** What a file asks for before it runs. What `import()` asks for comes later. */
const STATIC = /(?:\bimport|\bfrom)\s*["']\.?\/?(?:assets\/)?([\w.-]+\.js)["']/gu

/** `names` and everything that they lead to by static imports. */
function closure(names: readonly string[], files: ReadonlyMap<string, string>): ReadonlySet<string> {
  const reached = new Set<string>()
  const todo = [...names]
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const text = files.get(name)
    if (text === undefined) throw new Error(`The bundle lacks ${name}.`)
    if (reached.has(name)) continue
    reached.add(name)
    for (const [, imported] of text.matchAll(STATIC)) if (imported !== undefined) todo.push(imported)
  }
  return reached
}

/** Brotli as the server packs it: with zlib's own settings. */
const weigh = (names: Iterable<string>, files: ReadonlyMap<string, string>): number =>
  [...names].reduce((sum, name) => sum + brotliCompressSync(files.get(name) ?? '').length, 0)

async function entries(lazy: RegExp | null): Promise<readonly string[]> {
  const page = await readFile(join(DIST, 'index.html'), 'utf8')
  const named = [...page.matchAll(/(?:src|href)="\/assets\/([\w.-]+\.js)"/gu)].flatMap(([, name]) => name ?? [])
  const later = lazy === null ? [] : [...bundled.keys()].filter((name) => lazy.test(name))
  expect(named.length).toBeGreaterThan(0)
  expect(later).toHaveLength(lazy === null ? 0 : 1)
  return [...named, ...later]
}

test.for(Object.entries(PAGES))('the first load of %s fits the budget', async ([path, lazy]) => {
  const needed = closure(await entries(lazy), bundled)
  const bytes = weigh(needed, bundled)
  const budget = path === '/chats' ? BUDGET_SIGNED_IN_BYTES : BUDGET_BYTES
  console.log(`${path}: ${bytes} bytes of script in ${needed.size} files, ${budget} allowed`)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThanOrEqual(budget)
})

test('a file too many would be noticed: a control', () => {
  const noise = Array.from({ length: BUDGET_BYTES }, (_, at) => ((at * 2_654_435_761) >>> 7).toString(36)).join('')
  const files = new Map([
    ['a.js', 'import"./b.js";import("./later.js")'],
    ['b.js', `import{c as d}from"./c.js";`],
    ['c.js', `export const c="${noise}"`],
    ['later.js', ''],
  ])
  const reached = closure(['a.js'], files)
  expect([...reached].toSorted()).toEqual(['a.js', 'b.js', 'c.js'])
  expect(weigh(reached, files)).toBeGreaterThan(BUDGET_BYTES)
  expect(constants.BROTLI_DEFAULT_QUALITY).toBe(11)
})
