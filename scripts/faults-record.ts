import { execFile } from 'node:child_process'
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { FaultResult } from '../test/faults/kit/report.ts'
import { top } from './run.ts'

/** Keeps what `npm run test:faults -- --record` found: every result in a file of the day, the newest of the release tier in docs/faults.md. */

const RESULTS = join(top, 'test/faults/results')
const PAGE = join(top, 'docs/faults.md')
const BEGIN = '<!-- release tier: written by npm run test:faults -- --tier release --record -->'
const END = '<!-- end of the release tier -->'

interface Circumstances {
  readonly tier: string
  readonly seconds: number
  /** The suite passed, and its control failed. */
  readonly isGood: boolean
}

interface Recorded extends FaultResult, Circumstances {
  /** When it ended. */
  readonly at: string
  readonly commit: string
  readonly machine: {
    readonly cores: number
    readonly memoryGiB: number
    readonly kernel: string
    readonly node: string
  }
}

export async function recordResults(results: readonly FaultResult[], circumstances: Circumstances): Promise<void> {
  const at = new Date().toISOString()
  const machine = {
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  }
  const commit = await commitNow()
  const lines = results.map((result) => JSON.stringify({ at, commit, machine, ...circumstances, ...result }))
  await mkdir(RESULTS, { recursive: true })
  await appendFile(join(RESULTS, `${at.slice(0, 10)}.jsonl`), `${lines.join('\n')}\n`)
  if (circumstances.tier === 'release') await writePage()
}

/** With a plus when the files are not those of the commit; what a recording itself writes does not count. */
async function commitNow(): Promise<string> {
  const git = async (...args: string[]) => (await promisify(execFile)('git', args, { cwd: top })).stdout.trim()
  try {
    const changed = await git('status', '--porcelain', '--', '.', ':!docs/faults.md', ':!test/faults/results')
    return `${await git('rev-parse', '--short=9', 'HEAD')}${changed === '' ? '' : '+'}`
  } catch {
    return 'unknown'
  }
}

/** Puts the newest result of each test of the release tier between the two marks of the page. */
async function writePage(): Promise<void> {
  const page = await readFile(PAGE, 'utf8')
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from === -1 || to === -1) throw new Error('docs/faults.md has lost its marks for the release tier.')
  const before = page.slice(0, from + BEGIN.length)
  await writeFile(PAGE, `${before}\n\n${tableOf(await newest())}\n\n${page.slice(to)}`)
}

async function newest(): Promise<readonly Recorded[]> {
  const files = (await readdir(RESULTS)).filter((name) => name.endsWith('.jsonl')).toSorted()
  const latest = new Map<string, Recorded>()
  for (const name of files) {
    const lines = (await readFile(join(RESULTS, name), 'utf8')).split('\n').filter((line) => line !== '')
    for (const recorded of lines.map((line): Recorded => JSON.parse(line)))
      if (recorded.tier === 'release') remember(latest, recorded)
  }
  return [...latest.values()].toSorted((a, b) => Number(a.test.slice(1)) - Number(b.test.slice(1)))
}

/** A run that ended without a result stands beside the older ones; one with a result takes its place. */
function remember(latest: Map<string, Recorded>, recorded: Recorded): void {
  const isBefore = ({ test, at, counts, leftOut }: Recorded) =>
    test === recorded.test && at !== recorded.at && counts === undefined && leftOut === undefined
  for (const [key, one] of latest) if (isBefore(one)) latest.delete(key)
  latest.set(`${recorded.test} ${recorded.title}`, recorded)
}

const HEAD = `| | fault | how often | accepted | lost / twice / out of order / unreadable / unexpected 5xx | more | the control | when, how long, which commit |
|---|---|---|---|---|---|---|---|`

const number = (value: number | undefined): string => (value === undefined ? '–' : value.toLocaleString('en'))

function tableOf(all: readonly Recorded[]): string {
  const machines = new Set(
    all.map(
      ({ machine: { cores, memoryGiB, kernel, node } }) =>
        `${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}`,
    ),
  )
  return [`Machine: ${[...machines].join('; ')}.`, '', HEAD, ...all.map(rowOf)].join('\n')
}

function rowOf({ test, title, leftOut, counts, control, more, ...run }: Recorded): string {
  const end = `${run.at.slice(0, 16).replace('T', ' ')} UTC, ${durationOf(run.seconds)}, ${run.commit}`
  if (leftOut !== undefined) return `| ${test} | ${title} | left out: ${leftOut} | | | | | ${end} |`
  const { lost, twice, disordered, unreadable, unexpected5xx } = counts ?? {}
  const wrong = [lost, twice, disordered, unreadable, unexpected5xx].map(number).join(' / ')
  const figures = Object.entries(more ?? {}).map(([name, value]) => `${name} ${value}`)
  const said = control === undefined ? '–' : `${control.name}: ${control.failed ? control.found : 'FOUND NOTHING'}`
  const name = run.isGood ? title : `${title} **(failed)**`
  return `| ${test} | ${name} | ${number(counts?.faults)} | ${number(counts?.accepted)} | ${wrong} | ${figures.join(', ')} | ${said} | ${end} |`
}

const durationOf = (seconds: number): string =>
  seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
