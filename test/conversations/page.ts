import {
  addDevices,
  adopt,
  createConversation,
  joinByWelcome,
  loadConversation,
  makeKeyPackage,
  receive,
  removeDevices,
  saveConversation,
  sealMessage,
} from '../../crypto/src/conversation/index.ts'
import { deviceOf, NOW, OPTIONS, PINS } from '../../crypto/src/conversation/testing.ts'

/** What a page does in a real browser: two people, a word, a save and a load, a removal. */
async function live(): Promise<{ readonly heard: string; readonly afterRemoval: string }> {
  const [phone, laptop] = [await deviceOf('alice', 'phone'), await deviceOf('bob', 'laptop')]
  const pair = await makeKeyPackage(laptop, { now: NOW, days: 30 })
  const founded = await createConversation(phone, NOW)
  const adding = await addDevices(founded, [pair.keyPackage], OPTIONS)
  const alices = adopt(adding, founded).conversation
  const bobs = await joinByWelcome(adding.welcome ?? new Uint8Array(), pair, PINS)
  const { conversation, message } = await sealMessage(alices, new TextEncoder().encode('miao'))
  const box = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
  const loaded = await loadConversation(await saveConversation(bobs, box), box, bobs.id)
  const read = await receive(loaded, message, PINS)
  const removal = await removeDevices(conversation, [laptop])
  return {
    heard: read.kind === 'message' ? `${read.from.account}: ${new TextDecoder().decode(read.bytes)}` : read.kind,
    afterRemoval: (await receive(loaded, removal.commit, PINS)).kind,
  }
}

Object.assign(globalThis, { live })
