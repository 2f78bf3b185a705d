import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { findFaults } from './kit/axe.ts'
import { openChat, saySent } from './kit/chat.ts'
import { visit } from './kit/person.ts'
import { stage } from './kit/suite.ts'

await stage(
  'what the server knows',
  (on) => {
    test('stands on a page of its own, line by line, from the tables, and can be saved', async () => {
      const [alice] = await on().couple('alice', 'bob')
      await openChat(alice, 'bob')
      await saySent(alice, 'one')
      const { page } = alice
      await visit(alice, '/settings')
      await page.getByRole('link', { name: 'Look at what it knows' }).click()
      await page.getByRole('heading', { name: 'What this server knows about you', level: 1 }).waitFor()
      const ids = page.getByRole('region', { name: 'Numbers of your messages' })
      await ids.getByText(/^[1-9] entr(?:y|ies), \d+ bytes/u).waitFor()
      await page
        .getByRole('region', { name: 'Messages on their way from you' })
        .getByText('Not counted here.')
        .waitFor()
      expect(await findFaults(page)).toEqual([])
      const devices = page.getByRole('region', { name: 'Your devices' })
      await devices.getByText('Show the newest').click()
      await devices.getByText('last_seen').waitFor()
      expect(await findFaults(page)).toEqual([])
      const saving = page.waitForEvent('download')
      await page.getByRole('button', { name: 'Download everything' }).click()
      const lines: { line: string; values: { column: string; value: unknown }[][] }[] = JSON.parse(
        await readFile(await (await saving).path(), 'utf8'),
      )
      expect(lines.map(({ line }) => line)).toContain('sessions')
      expect(lines.find(({ line }) => line === 'account')?.values).toEqual([
        expect.arrayContaining([{ column: 'username', value: 'alice' }]),
      ])
      await page.getByRole('link', { name: 'In the settings you can delete: Your devices' }).click()
      await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()
    })
  },
  { browsers: ['chromium'], rateLimits: false },
)
