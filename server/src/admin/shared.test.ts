import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { message, signUp } from '../store/contract/world.ts'
import { openPostgresStore } from '../store/postgres/postgres.ts'
import { withPostgres } from '../store/postgres/suite.ts'
import { admin } from './testing.ts'

await withPostgres('the admin command on PostgreSQL', (server) => {
  test('works beside the nodes, and what it copies can be put back, whole or not at all', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chatnip-admin-'))
    const [url, empty] = [await server.newDatabase(), await server.newDatabase()]
    const node = await openPostgresStore({ url })
    const alice = await signUp(node, 'alice')
    await node.append(message(alice, 'alice', { number: 1 }))
    const at = (database: string, line: string) => admin(folder, line, { env: { DATABASE_URL: database } })

    expect((await at(url, 'accounts list')).out.join('\n')).toContain('alice')
    expect((await at(url, 'doctor')).out.join('\n')).toContain('PostgreSQL opens')
    expect((await at(url, 'backup copy')).code).toBe(0)

    const whole = readFileSync(join(folder, 'copy'))
    writeFileSync(join(folder, 'cut'), whole.subarray(0, whole.length - 40))
    for (const file of ['cut', 'nothing']) {
      const refused = await at(empty, `restore ${file}`)
      expect([refused.code, refused.errors]).toEqual([1, [expect.stringContaining('cannot be used')]])
    }
    expect(await at(empty, 'restore copy')).toMatchObject({ code: 0 })
    expect((await at(empty, 'accounts list')).out.join('\n')).toContain('alice')
    expect((await at(empty, 'restore copy')).errors).toEqual([expect.stringContaining('holds accounts already')])
    await node.close()
    rmSync(folder, { recursive: true })
  }, 60_000)
})
