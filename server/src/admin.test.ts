import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from './testing.ts'
import type { TestServer } from './testing.ts'

const PROGRAM = fileURLToPath(new URL('./admin.ts', import.meta.url))

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.newDevice('alice')
})
afterAll(() => server.stop())

/** A process of its own beside the server, with no terminal. */
function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, CHATNIP_DATA: server.data }
    execFile(process.execPath, [PROGRAM, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr })
    })
  })
}

test('a second process changes what the server knows', async () => {
  expect(await run('accounts', 'disable', 'alice')).toMatchObject({ code: 0, stderr: '' })
  expect(await server.services.store.findAccount('alice')).toMatchObject({ disabled: true })
  const { stdout } = await run('accounts', 'list', '--json')
  expect(JSON.parse(stdout)).toMatchObject([{ username: 'alice', disabled: true }])
})

test('results go to standard output, what went wrong to standard error with exit code 1', async () => {
  expect(await run('accounts', 'delete', 'alice')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Nobody is here to confirm that alice is to be deleted; add --yes if you are sure.\n',
  })
  expect(await run('help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('npm run admin -- doctor'),
    stderr: '',
  })
})
