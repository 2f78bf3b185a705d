/** Rows under a heading, in columns as wide as their widest cell; a column of numbers ends at the right. */
export function columns(
  heading: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): readonly string[] {
  const numeric = heading.map((_, at) => rows.length > 0 && rows.every((row) => typeof row[at] === 'number'))
  const cells = [heading, ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? digits(cell) : cell)))]
  const widths = heading.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  return cells.map((row) =>
    row
      .map((cell, at) => (numeric[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

/** 1234567 as 1,234,567. */
const digits = (number: number): string => number.toLocaleString('en-US')

/** Bytes as people say them: 3.4 MiB. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  const value = bytes / 1_024 ** step
  return `${step === 0 ? value : value.toFixed(1)} ${units[step] ?? ''}`
}

/** A time as 2026-11-30 18:05 UTC. */
export const timeText = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** "1 message", "2 messages". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${digits(count)} ${count === 1 ? one : many}`
