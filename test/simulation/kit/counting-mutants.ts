import type { SealedRows } from '../../../sdk/src/driver/vault.ts'
import type { Opened } from '../../../sdk/src/engine/state.ts'
import type { Write } from '../../../sdk/src/engine/rows.ts'
import type { SimDevice } from './device.ts'
import type { Mutant } from './mutants.ts'

/** Deliberate mistakes in counting what is said, see `mutants.ts`. */
export const COUNTING_MUTANTS: readonly Mutant[] = [
  {
    name: 'a device notes no gap',
    needs: 'lies',
    rows: (rows) => ({ ...around(rows), commit: (writes) => rows.commit(writes.filter((one) => !isNotice(one))) }),
    cipher: (cipher) => ({
      ...cipher,
      seal: (message) => {
        const { body } = message
        if (body.type === 'ask') return Promise.resolve(null)
        return cipher.seal(body.type === 'receipt' ? { ...message, body: { ...body, missing: [] } } : message)
      },
    }),
  },
  {
    name: 'a refusal uses a number up',
    line: ({ device, open, handlers }) =>
      open({
        ...handlers,
        frame: (frame) => {
          if (frame.type === 'refused') device.refusals += 1
          handlers.frame(frame)
        },
      }),
    cipher: (cipher, device) => ({
      ...cipher,
      seal: (message) => {
        const { link } = message
        if (link === null) return cipher.seal(message)
        const n = link.n + device.refusals
        device.refusals = 0
        return cipher.seal({ ...message, link: { ...link, n } })
      },
    }),
  },
  {
    name: 'a receipt is told before the commit',
    cipher: (cipher) => ({
      ...cipher,
      open: async (item) => {
        const opened = await cipher.open(item)
        const { link = null, at } = opened
        if (link === null || item.own) return opened
        const { chain, n } = link
        const key = { publicKey: item.pinned ?? '', fingerprint: '', canSeal: true, since: 0 }
        const service = { type: 'receipt', chain, n, missing: [], unsure: [] } as const
        await cipher.seal({ id: item.id, to: item.from, at: at ?? 0, body: service, key, link: null, group: null })
        return opened
      },
    }),
  },
  {
    name: 'a message is given again for another key',
    needs: 'lies',
    rows: (rows, device) => ({
      ...around(rows),
      get: async (table, key) => {
        const found = await rows.get(table, key)
        if (found === null || !('withdrawn' in found)) return found
        return { ...found, key: pinnedIn(device, key[0]) }
      },
    }),
  },
  {
    name: 'what fills a gap goes elsewhere',
    needs: 'lies',
    rows: (rows) => ({ ...around(rows), commit: (writes) => rows.commit(writes.map(elsewhere)) }),
  },
  {
    name: 'a device overlooks deletions',
    needs: 'deeds',
    cipher: (cipher) => ({ ...cipher, open: async (item) => without('delete', await cipher.open(item)) }),
  },
  {
    name: 'the first edit counts',
    needs: 'deeds',
    rows: (rows) => ({
      ...around(rows),
      commit: async (writes) => rows.commit(await Promise.all(writes.map((one) => keepEdit(rows, one)))),
    }),
  },
]

const around = (rows: SealedRows): SealedRows => ({
  get: (table, key) => rows.get(table, key),
  scan: (table, range) => rows.scan(table, range),
  commit: (writes) => rows.commit(writes),
})

const without = (type: string, opened: Opened): Opened =>
  opened.body?.type === type ? { ...opened, body: { type: 'nothing' } } : opened

/** What was edited once stays as it was then. */
async function keepEdit(rows: SealedRows, write: Write): Promise<Write> {
  if (write.table !== 'messages' || write.value?.kind !== 'message' || write.value.edited === undefined) return write
  const before = await rows.get('messages', write.key)
  return before?.kind === 'message' && before.edited !== undefined ? { ...write, value: before } : write
}

const isNotice = ({ table, value }: Write): boolean =>
  table === 'messages' && value?.kind === 'notice' && value.notice === 'missing'

const pinnedIn = ({ disk }: SimDevice, number: string | number | undefined): string =>
  disk.rows.peers.get(JSON.stringify([number]))?.value.pinned?.fingerprint ?? ''

/** Of others' messages only those that were missing stand between two places of the mailbox. */
function elsewhere(write: Write): Write {
  if (write.table !== 'messages' || write.value?.kind !== 'message' || write.value.own) return write
  const [number = 0, seq, sub] = write.key
  return sub === 0 ? write : { ...write, key: [number, Number(seq) + 100, 0] }
}
