import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { makeIdentity, open, seal } from '@chatnip/crypto'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
const top = fileURLToPath(new URL('../..', import.meta.url))
const document = await readFile(join(top, 'docs/protocol.md'), 'utf8')

/** A block that is marked as runnable, and the output that stands below it. */
interface Example {
  readonly language: 'sh' | 'js'
  readonly code: string
  readonly output: string
}

/** ```` ```sh run ```` and ```` ```js run ````; a ```` ```text ```` that follows at once is what it prints, `…` standing for anything. */
function examplesOf(markdown: string): Example[] {
  const block = /^```(sh|js) run\n([^]*?)^```\n(?:\n```text\n([^]*?)^```\n)?/gm
  return [...markdown.matchAll(block)].map(([, language, code = '', output = '']) => ({
    language: language === 'sh' ? 'sh' : 'js',
    code,
    output,
  }))
}

/** The parts between the `…` stand in the output in this order, the first at its beginning and the last at its end. */
function matches(output: string, expected: string): boolean {
  const parts = expected.split('…')
  let at = 0
  for (const [place, part] of parts.entries()) {
    const found = place === parts.length - 1 ? output.length - part.length : output.indexOf(part, at)
    if (found < at || (place === 0 && found !== 0) || !output.startsWith(part, found)) return false
    at = found + part.length
  }
  return true
}

const examples = examplesOf(document)
const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startTestServer()
  folder = await mkdtemp(join(tmpdir(), 'chatnip-docs-'))
  // The examples import by name what a reader would have installed.
  await symlink(join(top, 'node_modules'), join(folder, 'node_modules'))
})
afterAll(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The shell blocks are one session: what one sets, the next ones have. */
async function runShell(upTo: number): Promise<string> {
  const before = examples.slice(0, upTo).filter(({ language }) => language === 'sh')
  const silent = before.map(({ code }) => `{ ${code}\n} >/dev/null`).join('\n')
  const script = `set -eu\n${silent}\n${examples[upTo]?.code ?? ''}`
  return (await run('sh', ['-c', script], { env: { ...process.env, CHATNIP: server.address } })).stdout
}

async function runProgram(code: string): Promise<string> {
  const name = /^\/\/ ([a-z]+\.mjs)/.exec(code)?.[1] ?? 'example.mjs'
  await writeFile(join(folder, name), code)
  const { stdout } = await run(process.execPath, [name], {
    cwd: folder,
    env: { ...process.env, CHATNIP: server.address },
  })
  return stdout
}

describe('docs/protocol.md', () => {
  test('has examples in both languages, and is no book', () => {
    expect(new Set(examples.map(({ language }) => language))).toEqual(new Set(['sh', 'js']))
    expect(examples.filter(({ output }) => output !== '').length).toBeGreaterThanOrEqual(5)
    expect(document.split('\n').length).toBeLessThanOrEqual(340)
  })

  test.skipIf(!hasCurl)('prints what it says that it prints (skipped without curl)', async () => {
    for (const [place, { language, code, output }] of examples.entries()) {
      const printed = language === 'sh' ? await runShell(place) : await runProgram(code)
      expect([code, printed, matches(printed, output)]).toEqual([code, printed, true])
    }
  })

  test('names each close code, each status to try again, and nothing that is not there', () => {
    for (const word of [
      '1012',
      '1013',
      '4000',
      '4001',
      '4002',
      '4003',
      'too_many',
      'mailbox_full',
      'unavailable',
      'disk_full',
    ])
      expect([word, document.includes(word)]).toEqual([word, true])
  })

  // Without this, a comparison that takes anything would pass for one that compares.
  test('the comparison tells outputs apart', () => {
    expect(matches('OK\n', 'OK\n')).toBe(true)
    expect(matches('a 123 b\n', 'a … b\n')).toBe(true)
    expect(matches('OK\nmore\n', 'OK\n')).toBe(false)
    expect(matches('', 'OK\n')).toBe(false)
    expect(matches('a 123 c\n', 'a … b\n')).toBe(false)
  })
})

/** What the example of an envelope exports. */
interface Envelopes {
  makeKeys(): Promise<{ sign: CryptoKey; decrypt: CryptoKey; publicKey: string }>
  seal(
    letter: { id: string; from: string; to: string; text: string },
    sign: CryptoKey,
    readersKey: string,
  ): Promise<string>
  open(wire: object, me: object, sendersKey: string): Promise<string>
}

test('envelopes of the documentation and of our own clients open each other', async () => {
  const code = examples.find((one) => one.code.startsWith('// envelope.mjs'))?.code ?? ''
  const file = join(folder, 'envelope.mjs')
  await writeFile(file, code)
  const theirs: Envelopes = await import(pathToFileURL(file).href)
  const [alice, bob] = [await theirs.makeKeys(), await makeIdentity()]
  const text = 'Привет, 🐱'

  const toUs = { id: randomUUID(), from: 'alice', to: 'bob' }
  const opened = await open(
    await theirs.seal({ ...toUs, text }, alice.sign, bob.publicKey),
    toUs,
    bob,
    alice.publicKey,
    alice.publicKey,
  )
  expect(opened).toMatchObject({ mark: 'verified', body: { type: 'text', text } })

  const letter = { id: randomUUID(), from: 'bob', to: 'alice', at: Date.now(), body: { type: 'text', text } }
  const wire = { id: letter.id, sendername: 'bob', message_text: await seal(letter, bob, alice.publicKey) }
  expect(await theirs.open(wire, { ...alice, username: 'alice' }, bob.publicKey)).toBe(text)
  await expect(
    theirs.open({ ...wire, id: randomUUID() }, { ...alice, username: 'alice' }, bob.publicKey),
  ).rejects.toThrow('Forged')
  await expect(theirs.open(wire, { ...alice, username: 'alice' }, alice.publicKey)).rejects.toThrow('signature')
})
