import type { Notice } from './bus.ts'

/** How notices travel between nodes. Whatever else arrives is not for us. */
export const writeNotice = (notice: Notice): string => JSON.stringify(notice)

/** @returns null when it is no notice */
export function readNotice(text: string): Notice | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || !('kind' in value)) return null
  const { kind, ...fields }: { kind: unknown } & Record<string, unknown> = value
  const { account, mailbox, connection, order, by, takings } = fields
  if (kind === 'sessions changed' && typeof account === 'number') return { kind, account }
  if (kind === 'device connected' && typeof mailbox === 'number' && typeof connection === 'string')
    return { kind, mailbox, connection, ...(typeof order === 'number' ? { order } : {}) }
  if (kind === 'taken' && typeof by === 'string' && Array.isArray(takings))
    return { kind, by, takings: takings.flatMap(readTaking) }
  return null
}

function readTaking(value: unknown): [rate: string, key: string, count: number][] {
  if (!Array.isArray(value)) return []
  const [rate, key, count]: unknown[] = value
  const isOne = typeof rate === 'string' && typeof key === 'string' && typeof count === 'number'
  return isOne ? [[rate, key, count]] : []
}
