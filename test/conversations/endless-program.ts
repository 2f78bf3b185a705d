import { receive } from '../../crypto/src/conversation/index.ts'
import { uncomputedCommit } from '../../crypto/src/conversation/cheating.ts'
import { at, deviceOf, openRoom, PINS, refusal } from '../../crypto/src/conversation/testing.ts'

/**
 * A cheating member's commit removes a leaf that does not exist. Says with what the others refuse it, and whether that took a climb through
 * all the memory that an array may have: seconds of CPU, where a refusal takes milliseconds.
 */
const LONG_US = 1_500_000

const room = await openRoom([await deviceOf('alice', 'a1'), await deviceOf('mallory', 'm1')])
console.log('made')
const commit = await uncomputedCommit(at(room, 'm1'), [
  { proposalType: 'external_init', externalInit: { kemOutput: new Uint8Array(1120) } },
  { proposalType: 'remove', remove: { removed: 1000 } },
])
const before = process.cpuUsage()
const said = await refusal(receive(at(room, 'a1'), commit, PINS))
console.log(process.cpuUsage(before).user > LONG_US ? `${said} after a long climb` : said)
