import type { SealedRows } from '../../../sdk/src/driver/vault.ts'
import type { Write } from '../../../sdk/src/engine/rows.ts'
import type { Line } from '../../../sdk/src/ports.ts'
import type { Around, Mutant } from './mutants.ts'

/** Deliberate mistakes about groups. */

/** The rows of a device that leaves some writes out. */
const without =
  (isLeftOut: (write: Write) => boolean) =>
  (rows: SealedRows): SealedRows => ({
    get: (table, key) => rows.get(table, key),
    scan: (table, range) => rows.scan(table, range),
    commit: (writes) => rows.commit(writes.filter((write) => !isLeftOut(write))),
  })

const isSecret = ({ table, key }: Write, kind: string): boolean => table === 'secrets' && key[0] === kind

export const GROUP_MUTANTS: readonly Mutant[] = [
  {
    name: 'a device does not write the state of a group together with what it gave',
    rows: without((write) => isSecret(write, 'moving')),
  },
  {
    name: 'a device sends a commit that it has not written',
    rows: without((write) => isSecret(write, 'pending') && write.value !== null),
  },
  { name: 'a device adopts its commit before the server has accepted it', line: adoptAtOnce },
  {
    name: 'a device does not ask for what it cannot read',
    cipher: (cipher) => ({
      ...cipher,
      seal: (message) => (message.body.type === 'ask' ? Promise.resolve(null) : cipher.seal(message)),
    }),
  },
]

/** Says "sent" by itself to every commit. */
function adoptAtOnce({ open, handlers, device }: Around): Line {
  const line = open(handlers)
  return {
    send: (frame) => {
      line.send(frame)
      if (frame.type === 'send' && frame.group?.commit === true) {
        device.later(0, () => handlers.frame({ type: 'sent', id: frame.id, after: device.cursor }))
      }
    },
    close: () => line.close(),
  }
}
