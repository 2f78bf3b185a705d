import type { ClientFrame } from '@chatnip/protocol'
import type { Cipher } from '../../../sdk/src/driver/cipher.ts'
import type { SealedRows } from '../../../sdk/src/driver/vault.ts'
import type { Line, LineHandlers } from '../../../sdk/src/ports.ts'
import type { Store } from '../../../server/src/store/store.ts'
import { COUNTING_MUTANTS } from './counting-mutants.ts'
import type { SimDevice } from './device.ts'
import type { SimStore } from './sim-store.ts'
import type { World } from './world.ts'

/**
 * Deliberate mistakes, wrapped around the real parts. A simulation that does not find them proves nothing, so each must be found.
 */
export interface Mutant {
  readonly name: string
  readonly server?: 'tells before it stores' | 'deletes on sending' | 'never looks again'
  readonly device?: 'acknowledges before it commits' | 'orders by the clock'
  /** Around the server's store. */
  readonly store?: (store: SimStore) => Store
  /** Around a device's rows. */
  readonly rows?: (rows: SealedRows, device: SimDevice) => SealedRows
  /** Around a device's cryptography. */
  readonly cipher?: (cipher: Cipher, device: SimDevice) => Cipher
  /** Around a device's line. */
  readonly line?: (around: Around) => Line
  /** One crash at the right moment shows it, so that all single crashes must. */
  readonly isSeenByCrashes?: true
  /** Only seen after the server was restored from a backup, when it lies, or when people change what they said. */
  readonly needs?: 'restores' | 'lies' | 'deeds'
}

export interface Around {
  readonly world: World
  readonly device: SimDevice
  readonly open: (handlers: LineHandlers) => Line
  readonly handlers: LineHandlers
}

export const NO_MUTANT: Mutant = { name: 'none' }

/** The store's methods with some of them replaced. */
export const altered = (store: SimStore, change: Partial<Store>): Store =>
  new Proxy<Store>(store, {
    get: (target, name) => {
      const replaced: unknown = Reflect.get(change, name)
      return replaced ?? Reflect.get(target, name, target)
    },
  })

/** How many dedup records a forgetful server keeps. */
const SHORT_WINDOW = 3

export const MUTANTS: readonly Mutant[] = [
  { name: 'the server tells before it stores', server: 'tells before it stores', isSeenByCrashes: true },
  { name: 'a device acknowledges before it commits', device: 'acknowledges before it commits', isSeenByCrashes: true },
  { name: 'a new id on each retry', line: newIdOnRetry, isSeenByCrashes: true },
  { name: 'the server deletes on sending', server: 'deletes on sending' },
  { name: 'a device orders by the clock', device: 'orders by the clock' },
  {
    name: 'the server remembers only the last ids',
    store: (store) =>
      altered(store, {
        append: async (message) => {
          const result = await store.append(message)
          const { dedup } = store.tables
          for (const key of [...dedup.keys()].slice(0, -SHORT_WINDOW)) dedup.delete(key)
          return result
        },
      }),
  },
  { name: 'a lost wake-up is never made good', server: 'never looks again' },
  {
    name: 'the server skips a place when it reads',
    store: (store) =>
      altered(store, {
        read: async (mailbox, after, limit) => {
          const page = await store.read(mailbox, after, limit)
          return page.length > 2 ? page.toSpliced(1, 1) : page
        },
      }),
  },
  {
    name: 'a device seals again on retry',
    rows: (rows) => ({
      get: (table, key) => rows.get(table, key),
      scan: async (table, range) => {
        const found = await rows.scan(table, range)
        return found.map((row) => ('sealed' in row.value ? { ...row, value: { ...row.value, sealed: null } } : row))
      },
      commit: (writes) => rows.commit(writes),
    }),
  },
  { name: 'a device knows messages by their place alone', line: cursorOnly, needs: 'restores' },
  {
    name: 'a device forgets which ids it has',
    rows: (rows) => ({
      get: (table, key) => (table === 'ids' ? Promise.resolve(null) : rows.get(table, key)),
      scan: (table, range) => rows.scan(table, range),
      commit: (writes) => rows.commit(writes),
    }),
  },
  {
    name: 'a device keeps its outbox in memory',
    rows: (rows) => ({
      get: (table, key) => rows.get(table, key),
      scan: (table, range) => rows.scan(table, range),
      commit: (writes) => rows.commit(writes.filter(({ table }) => table !== 'outbox')),
    }),
  },
  {
    name: 'a device does not heed what new keys vouch for',
    cipher: (cipher) => ({ ...cipher, open: (item) => cipher.open({ ...item, voucher: null }) }),
  },
  ...COUNTING_MUTANTS,
]

/** Sends what was sent on an earlier line under another id, as if it were a new message. */
function newIdOnRetry({ world, device, open, handlers }: Around): Line {
  const fresh = new Map<string, string>()
  const line = open({
    ...handlers,
    frame: (frame) =>
      handlers.frame('id' in frame && frame.type !== 'message' ? { ...frame, id: world.originalOf(frame.id) } : frame),
  })
  const send = (frame: ClientFrame): void => {
    if (frame.type !== 'send') return line.send(frame)
    if (!device.sentBefore.has(frame.id)) {
      device.sentBefore.add(frame.id)
      return line.send(frame)
    }
    const id = fresh.get(frame.id) ?? world.dice.uuid()
    fresh.set(frame.id, id)
    world.aliases.set(id, frame.id)
    const to = frame.to.map((one) => ({ ...one, message_text: one.message_text?.replaceAll(frame.id, id) ?? '' }))
    line.send({ ...frame, id, to })
  }
  return { send, close: () => line.close() }
}

/** Drops what stands at a place that it has passed, whatever it is. */
function cursorOnly({ device, open, handlers }: Around): Line {
  const line = open({
    ...handlers,
    frame: (frame) => {
      const isPassed = 'seq' in frame && frame.seq <= device.cursor
      if (isPassed) line.send({ type: 'ack', upto: frame.seq })
      else handlers.frame(frame)
    },
  })
  return line
}
