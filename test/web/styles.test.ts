import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { top } from '../../scripts/run.ts'

/** In languages that run from right to left these stay on the side where they are; the logical ones (`inline-start`, …) change over. */
const ONE_SIDED = [
  /(?:^|[\s;{])(?:left|right)\s*:/u,
  /(?:^|[\s;{])(?:margin|padding|border|inset)-(?:left|right)/u,
  /border-(?:top|bottom)-(?:left|right)-radius/u,
  /(?:float|clear|text-align)\s*:\s*(?:left|right)/u,
]

/** A value or a whole function like `calc(1px + 2px)`. */
const VALUE = /(?:[\w-]*\((?:[^()]|\([^()]*\))*\)|[^\s()]+)+/gu

/** Shorthands of four values, of which the second is the right side's and the fourth the left side's. */
function isLopsided(line: string): boolean {
  const [, values] = /^\s*(?:margin|padding|inset|border-radius)\s*:\s*([^;]+);/u.exec(line) ?? []
  const parts = values?.match(VALUE) ?? []
  return parts.length === 4 && parts[1] !== parts[3]
}

const oneSided = (css: string): readonly string[] =>
  css.split('\n').filter((line) => isLopsided(line) || ONE_SIDED.some((pattern) => pattern.test(line)))

test('no style names a side of the screen', async () => {
  const found: string[] = []
  let files = 0
  for await (const file of glob('web/src/**/*.css', { cwd: top })) {
    files += 1
    found.push(...oneSided(await readFile(join(top, file), 'utf8')).map((line) => `${file}: ${line.trim()}`))
  }
  expect(files).toBeGreaterThan(4)
  expect(found).toEqual([])
})

test('one that does would be found: a control', () => {
  const css = [
    'a { left: 0 }',
    '  margin-left: 4px;',
    '  float: right;',
    '  text-align: left;',
    '  padding: 1px 2px 3px 4px;',
    '  margin: 0 max(1px, var(--s4)) 0 0;',
    '  padding: 1px 2px 3px 2px;',
    '  margin-inline: 1px 2px;',
    '  padding: var(--s4) max(var(--s4), env(safe-area-inset-left));',
  ]
  expect(oneSided(css.join('\n'))).toEqual(css.slice(0, 6))
})
