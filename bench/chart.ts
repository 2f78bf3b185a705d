import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Summary } from './kit/report.ts'

/**
 * `npm run bench -- chart`: draws `docs/growth.svg` from the newest recorded results of the part `growth`: what relaying costs beside databases of
 * different sizes. Level bars mean that nothing grows.
 */
const RESULTS = new URL('results/', import.meta.url)
const CHART = new URL('../docs/growth.svg', import.meta.url)
const [WIDTH, BAR, GAP, LEFT, TOP] = [640, 22, 10, 150, 40] as const

export function chart(): void {
  const bars = newestGrowth()
  if (bars.length === 0)
    throw new Error('There are no recorded results of the part growth. Run: npm run bench -- growth --record')
  writeFileSync(CHART, draw(bars))
  console.log(`drawn from ${bars.length} results: ${fileURLToPath(CHART)}`)
}

/** One bar a size, of the last time that it was recorded. */
function newestGrowth(): readonly Summary[] {
  const bySize = new Map<string, Summary>()
  for (const file of readdirSync(RESULTS).toSorted()) {
    for (const line of readFileSync(new URL(file, RESULTS), 'utf8').trim().split('\n')) {
      const row: Summary = JSON.parse(line)
      if (row.part === 'growth' && row.figure === 'cpuSecondsPer10k') bySize.set(row.what, row)
    }
  }
  return [...bySize.values()]
}

function draw(bars: readonly Summary[]): string {
  const most = Math.max(...bars.map((bar) => bar.most))
  const x = (value: number) => LEFT + (value / most) * (WIDTH - LEFT - 80)
  const rows = bars.map((bar, n) => {
    const y = TOP + n * (BAR + GAP)
    const middle = y + BAR / 2
    return [
      `<text x="${LEFT - 10}" y="${middle + 5}" text-anchor="end">${bar.what}</text>`,
      `<rect x="${LEFT}" y="${y}" width="${(x(bar.median) - LEFT).toFixed(1)}" height="${BAR}" rx="4" fill="#e0913c"/>`,
      `<line x1="${x(bar.least).toFixed(1)}" x2="${x(bar.most).toFixed(1)}" y1="${middle}" y2="${middle}" stroke="#5b4636" stroke-width="2"/>`,
      `<text x="${(x(bar.most) + 8).toFixed(1)}" y="${middle + 5}">${bar.median}</text>`,
    ].join('\n')
  })
  const height = TOP + bars.length * (BAR + GAP) + 10
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="14">
<rect width="${WIDTH}" height="${height}" fill="#fffaf3"/>
<text x="${LEFT}" y="22">CPU seconds of the server for 10,000 messages relayed, beside …</text>
${rows.join('\n')}
</svg>
`
}
