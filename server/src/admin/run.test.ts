import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nameOf, wordsOf } from './command.ts'
import { COMMANDS } from './run.ts'
import { admin } from './testing.ts'

let empty: string
beforeAll(() => {
  empty = mkdtempSync(join(tmpdir(), 'chatnip-admin-'))
})
afterAll(() => rmSync(empty, { recursive: true }))

describe('what is typed', () => {
  test.each(['', 'help', '--help', 'accounts delete --help'])(
    '"%s" prints every command and its examples',
    async (line) => {
      const { code, out } = await admin(empty, line)
      expect(code).toBe(0)
      for (const { usage, examples } of COMMANDS) {
        expect(out).toContain(`  ${usage}`)
        for (const example of examples) expect(out).toContain(`  npm run admin -- ${example}`)
      }
    },
  )

  test('every example calls the command under which it stands', () => {
    for (const command of COMMANDS) {
      const words = wordsOf(command).join(' ')
      for (const example of command.examples) expect(example.startsWith(words)).toBe(true)
    }
  })

  test('words and names come from the usage', () => {
    const read = COMMANDS.map((command) => [wordsOf(command).join(' '), nameOf(command)])
    expect(Object.fromEntries(read)).toMatchObject({
      'invites make': null,
      'invites withdraw': 'HANDLE',
      'accounts delete': 'NAME',
      'accounts fresh-start': 'NAME',
      backup: 'FILE',
      doctor: null,
    })
  })

  test.each([
    ['invite', 'There is no command "invite"'],
    ['accounts destroy bob', 'There is no command "accounts destroy"'],
    ['invites', 'There is no command "invites"'],
    ['accounts disable', '"accounts disable" needs a NAME'],
    ['backup', '"backup" needs a FILE'],
    ['stats now', '"now" is more than "stats" takes'],
    ['accounts disable bob carol', '"carol" is more than "accounts disable" takes'],
    ['stats --bytes', "Unknown option '--bytes'"],
    ['invites make --uses', "Option '--uses <value>' argument missing"],
    ['invites make --uses 0', '--uses must be a whole number from 1 to 1000, not "0"'],
    ['invites make --days 1.5', '--days must be a whole number from 1 to 365, not "1.5"'],
  ])('"%s" is one sentence and exit code 1', async (line, sentence) => {
    const { code, out, errors } = await admin(empty, line)
    expect({ code, out, count: errors.length }).toEqual({ code: 1, out: [], count: 1 })
    expect(errors[0]).toContain(sentence)
    expect(errors[0]).toMatch(/^[^\n]*\.$/)
  })
})

describe('without a database', () => {
  const lines = COMMANDS.map(({ usage }) => usage.replace(/ \[.*\]/, '').replace(/[A-Z]+/, 'x'))

  test.each(lines.filter((line) => line !== 'doctor' && !line.startsWith('restore')))(
    '"%s" says so and makes none',
    async (line) => {
      const { code, errors } = await admin(empty, line)
      expect(code).toBe(1)
      expect(errors).toEqual([expect.stringContaining(`There is no Chatnip database in ${empty}.`)])
      expect(readdirSync(empty)).toEqual([])
    },
  )

  test('"restore" is for PostgreSQL, and says so', async () => {
    const { code, errors } = await admin(empty, 'restore x')
    expect([code, errors]).toEqual([1, [expect.stringContaining('Without DATABASE_URL')]])
  })

  test('a bad setting is said in its own sentence', async () => {
    const { code, errors } = await admin(empty, 'stats', { env: { PORT: 'many' } })
    expect(code).toBe(1)
    expect(errors).toEqual(['PORT must be a whole number from 0 to 65535, not "many".'])
  })
})
