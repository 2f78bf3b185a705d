// A whole client: node sdk/src/node/example.ts http://127.0.0.1:5000 alice 'a long password' [bob 'Hello!']
// Signs up (or in), sends the message if there is one, and prints what arrives until Ctrl+C.
import { ChatnipError } from '@chatnip/protocol'
import { logIn, makeRecoveryCode, signUp } from '../accounts/index.ts'
import { createMessenger } from '../create.ts'
import { MemoryKeys, MemoryRows } from '../memory.ts'
import { NodeTransport, systemClock, systemRandom } from './index.ts'

const [server = '', username = '', password = '', friend, text = ''] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)

const transport = new NodeTransport(server)
const stores = { rows: new MemoryRows(), keys: new MemoryKeys() }
const ports = { transport, openStores: () => Promise.resolve(stores) }
const person = { username, password, deviceName: 'the example' }
const recoveryCode = await makeRecoveryCode()
const result = await signUp(ports, { ...person, proof: 'work', recoveryCode }).catch((error: unknown) => {
  if (error instanceof ChatnipError && error.code === 'name_taken') return logIn(ports, person)
  throw error
})
if (result.outcome !== 'signed in') throw new Error('The keys of this account are somewhere else.')

const messenger = await createMessenger({ transport, stores, clock: systemClock, random: systemRandom })
messenger.onChange((change) => {
  if (change.kind === 'arrived') say(`${change.message.conversation} (${change.message.mark}): ${change.message.text}`)
  if (change.kind === 'connection') say(`[${messenger.connection()}]`)
})
if (friend !== undefined) await messenger.send(friend, text)
