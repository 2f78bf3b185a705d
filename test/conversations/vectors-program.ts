import {
  addDevices,
  adopt,
  createConversation,
  joinByWelcome,
  makeKeyPackage,
  removeDevices,
  saveConversation,
  saveKeyPackage,
  sealMessage,
  updateKeys,
} from '../../crypto/src/conversation/index.ts'
import { deviceOf, NOW, OPTIONS, PINS, utf8, welcomeOf } from '../../crypto/src/conversation/testing.ts'

/**
 * `node vectors-program.ts > ../../crypto/vectors/conversation.json`: what a device of bob's receives and keeps, from its key package to its
 * removal. Made anew only together with a new version of the format: what was written once has to be readable as long as devices hold it.
 */
const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

const rawBox = crypto.getRandomValues(new Uint8Array(32))
const box = await crypto.subtle.importKey('raw', rawBox, 'AES-GCM', false, ['encrypt', 'decrypt'])

const [phone, laptop] = [await deviceOf('alice', 'phone'), await deviceOf('bob', 'laptop')]
const pair = await makeKeyPackage(laptop, { now: NOW, days: 30 })
const founded = await createConversation(phone, NOW)
const adding = await addDevices(founded, [pair.keyPackage], OPTIONS)
const joined = await joinByWelcome(welcomeOf(adding), pair, PINS)
const first = await sealMessage(adopt(adding, founded).conversation, utf8('ciao'))
const renewal = await updateKeys(first.conversation)
const second = await sealMessage(adopt(renewal, first.conversation).conversation, utf8('miao'))
const removal = await removeDevices(second.conversation, [laptop])
const saved = await saveConversation(joined, box)

console.log(
  JSON.stringify(
    {
      box: base64url(rawBox),
      id: joined.id,
      key_package: base64url(await saveKeyPackage(pair, box)),
      welcome: base64url(welcomeOf(adding)),
      saved: { steady: base64url(saved.steady), moving: base64url(saved.moving) },
      agreements: [joined.agreement, adopt(renewal, first.conversation).conversation.agreement],
      messages: [
        { from: 'alice phone', text: 'ciao', wire: base64url(first.message) },
        { from: 'alice phone', text: 'miao', wire: base64url(second.message) },
      ],
      renewal: base64url(renewal.commit),
      removal: base64url(removal.commit),
    },
    null,
    2,
  ),
)
