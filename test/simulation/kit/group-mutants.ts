import type { Line } from '../../../sdk/src/ports.ts'
import type { Around, Mutant } from './mutants.ts'

/** Deliberate mistakes about groups. */

export const GROUP_MUTANTS: readonly Mutant[] = [
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
