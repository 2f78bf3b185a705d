import { KNOWN_LINES } from '@chatnip/protocol'

/** What a store holds of one person, as the person reads it: line by line, from the real tables. */

type KnownLine = (typeof KNOWN_LINES)[number]

/** One line with its figures. Where nothing can be counted by person, `rows` is null, and the line's words say why. */
export interface Known {
  readonly line: KnownLine
  readonly rows: number | null
  readonly bytes: number
  /** Unix milliseconds; null where the rows bear no time. */
  readonly oldest: number | null
  readonly newest: number | null
  /** The newest rows, column by column, without what is of use to a thief only. */
  readonly values: readonly Readonly<Record<string, string | number | null>>[]
}

/**
 * Where a column is told of: on a line, with its content or (`not shown`) as bytes only. `inside`: a number that joins rows and says
 * nothing by itself. `nobody`: the row is about no person.
 */
export type Told = KnownLine | `${KnownLine}, not shown` | 'inside' | 'nobody'

export interface KnownTable {
  readonly table: string
  /** Which rows are somebody's: a condition with $1 for the account. Null: none are looked for. */
  readonly of: string | null
  /** The column with the row's time (Unix ms). */
  readonly time?: string
  /** Where rows bear no time: the column that is greater the newer a row is. */
  readonly grows?: string
  /** Columns that count what stands elsewhere, instead of the rows themselves. */
  readonly counts?: { readonly rows: string; readonly bytes: string }
  readonly columns: Readonly<Record<string, Told>>
}

/** How a store is asked. */
export interface KnownDialect {
  readonly tables: readonly KnownTable[]
  /** What a column takes, in bytes. */
  readonly size: (column: string) => string
  readonly ask: (query: string) => Promise<readonly Readonly<Record<string, unknown>>[]>
  readonly text: (value: string) => string
}

/** Enough to see what is there; a sender of a million messages does not want a million lines. */
const MOST = 200

interface Part {
  readonly table: string
  readonly of: string
  readonly time: string | null
  readonly newestBy: string | undefined
  readonly counts: KnownTable['counts']
  readonly shown: readonly string[]
  readonly all: readonly string[]
}

function partsOf(line: KnownLine, tables: readonly KnownTable[]): readonly Part[] {
  return tables.flatMap(({ table, of, time = null, grows, counts, columns }) => {
    const all = Object.keys(columns).filter((name) => columns[name] === line || columns[name] === `${line}, not shown`)
    if (of === null || all.length === 0) return []
    const shown = all.filter((name) => columns[name] === line)
    return [{ table, of, time, newestBy: time ?? grows, counts, all, shown }]
  })
}

/** @returns all lines, in their order */
export async function readKnown(dialect: KnownDialect): Promise<readonly Known[]> {
  const lines: Known[] = []
  for (const line of KNOWN_LINES) lines.push(await readLine(line, dialect))
  return lines
}

async function readLine(line: KnownLine, dialect: KnownDialect): Promise<Known> {
  const parts = partsOf(line, dialect.tables)
  const read = []
  for (const part of parts) read.push(await readPart(part, dialect))
  const times = read.flatMap(({ oldest, newest }) => [oldest, newest].filter((time) => time !== null))
  return {
    line,
    rows: read.length === 0 ? null : read.reduce((sum, { rows }) => sum + rows, 0),
    bytes: read.reduce((sum, { bytes }) => sum + bytes, 0),
    oldest: times.length === 0 ? null : Math.min(...times),
    newest: times.length === 0 ? null : Math.max(...times),
    values: read.flatMap(({ values }) => values).slice(0, MOST),
  }
}

async function readPart(part: Part, { ask, size, text }: KnownDialect) {
  const { table, of, time, newestBy, counts, all, shown } = part
  const there = all.map((name) => `${name} IS NOT NULL`).join(' OR ')
  const from = `FROM ${table} WHERE ${of} AND (${there})`
  const rowsOf = counts === undefined ? 'count(*)' : `coalesce(sum(${counts.rows}), 0)`
  const bytes = counts?.bytes ?? all.map((name) => `coalesce(${size(name)}, 0)`).join(' + ')
  const times = time === null ? 'NULL AS oldest, NULL AS newest' : `min(${time}) AS oldest, max(${time}) AS newest`
  const [sums] = await ask(`SELECT ${rowsOf} AS rows, coalesce(sum(${bytes}), 0) AS bytes, ${times} ${from}`)
  const newestFirst = newestBy === undefined ? '' : `ORDER BY ${newestBy} DESC`
  const rows = shown.length === 0 ? [] : await ask(`SELECT ${shown.join(', ')} ${from} ${newestFirst} LIMIT ${MOST}`)
  return {
    rows: Number(sums?.['rows']),
    bytes: Number(sums?.['bytes']),
    oldest: numberOrNull(sums?.['oldest']),
    newest: numberOrNull(sums?.['newest']),
    values: rows.map((row) => Object.fromEntries(shown.map((name) => [name, plain(row[name], text)]))),
  }
}

const numberOrNull = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))

/** As JSON has it: bytes in hexadecimal, what is true or false as 1 or 0. */
function plain(value: unknown, text: (value: string) => string): string | number | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return text(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return Number(value)
}

/** For tests. What does not agree with the real tables: a column that nobody is told of, or one that is not there. */
export function untold(tables: readonly KnownTable[], columns: readonly string[]): readonly string[] {
  const told = new Set(
    tables.flatMap((table) => Object.keys(table.columns).map((column) => `${table.table}.${column}`)),
  )
  const real = new Set(columns)
  const hidden = columns.filter((column) => !told.has(column)).map((column) => `nobody is told of ${column}`)
  return [...hidden, ...[...told].filter((column) => !real.has(column)).map((column) => `there is no ${column}`)]
}
