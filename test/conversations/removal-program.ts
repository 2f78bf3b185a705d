import { adopt, removeDevices } from '../../crypto/src/conversation/index.ts'
import { pryPath } from '../../crypto/src/conversation/cheating.ts'
import { stateOf } from '../../crypto/src/conversation/state.ts'
import { at, deviceOf, openRoom } from '../../crypto/src/conversation/testing.ts'

/** Removes one of three, and says what the removed one and the one who stays find in the commit: `null` when it holds no new secrets. */
const [founder, stays, goes] = [
  await deviceOf('alice', 'a1'),
  await deviceOf('bob', 'b1'),
  await deviceOf('mallory', 'm1'),
]
const room = await openRoom([founder, stays, goes])
const pending = await removeDevices(at(room, 'a1'), [goes])
const next = adopt(pending, at(room, 'a1')).conversation
const found = await Promise.all(['m1', 'b1'].map((name) => pryPath(stateOf(at(room, name)), pending.commit, next)))
console.log(JSON.stringify({ removed: found[0], stays: found[1] }))
