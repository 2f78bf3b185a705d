import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { SETTINGS } from '../config.ts'
import { FAMILIES } from '../metrics/families.ts'
import type { Family } from '../metrics/families.ts'
import { COMMANDS } from './run.ts'

const FILE = fileURLToPath(new URL('../../../docs/self-hosting.md', import.meta.url))

const cell = (text: string) => text.replaceAll('|', '\\|')
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

const TABLES = {
  settings: [
    row(['variable', 'default', 'what for']),
    '|---|---|---|',
    ...Object.values(SETTINGS).map(({ key, fallback, reason }) =>
      row([`\`${key}\``, fallback === '' ? 'unset' : `\`${fallback}\``, cell(reason)]),
    ),
  ],
  commands: [
    row(['`npm run admin -- …`', '']),
    '|---|---|',
    ...COMMANDS.map(({ usage, summary }) => row([`\`${usage}\``, cell(summary)])),
  ],
  figures: [
    row(['figure', 'kind', 'labels', 'what it says']),
    '|---|---|---|---|',
    ...Object.entries<Family>(FAMILIES).map(([name, { kind, labels = {}, help }]) =>
      row([`\`${name}\``, kind, Object.keys(labels).join(', '), cell(help)]),
    ),
  ],
} as const

const isStart = (line: string, name: string) => line.startsWith(`<!-- ${name}:`)

/** The page with one table written anew between its marks. */
function withTable(page: string, name: keyof typeof TABLES): string {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => isStart(line, name))
  const end = lines.indexOf(`<!-- /${name} -->`)
  if (start === -1 || end < start) throw new Error(`docs/self-hosting.md has no place for ${name}`)
  return [...lines.slice(0, start + 1), '', ...TABLES[name], '', ...lines.slice(end)].join('\n')
}

describe('docs/self-hosting.md', () => {
  const page = readFileSync(FILE, 'utf8')

  test('its tables are those of the code; UPDATE=1 writes them', () => {
    const anew = withTable(withTable(withTable(page, 'settings'), 'commands'), 'figures')
    if (process.env['UPDATE'] === '1') writeFileSync(FILE, anew)
    expect(readFileSync(FILE, 'utf8')).toBe(anew)
  })

  test('it names no setting that there is not', () => {
    const known = new Set<string>(Object.values(SETTINGS).map(({ key }) => key))
    const named = new Set(page.match(/CHATNIP_[A-Z_]+/g))
    expect([...named].filter((key) => !known.has(key))).toEqual([])
    expect(named.size).toBeGreaterThan(5)
  })
})
