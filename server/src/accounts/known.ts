import type { Reply } from '@chatnip/protocol'
import type { Services } from '../services.ts'
import type { Session } from '../store/store.ts'

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1_000))

/** What stands in the tables of the person who asks. */
export async function tellWhatIsKnown(
  { store }: Pick<Services, 'store'>,
  { account }: Session,
): Promise<Reply<'what_is_known'>> {
  const lines = await store.known(account)
  return {
    lines: lines.map(({ line, rows, bytes, oldest, newest, values }) => ({
      line,
      rows,
      bytes,
      oldest: seconds(oldest),
      newest: seconds(newest),
      values: values.map((row) => Object.entries(row).map(([column, value]) => ({ column, value }))),
    })),
  }
}
