import type { Proposal } from 'ts-mls/proposal.js'
import { describe, expect, test } from 'vitest'
import { cheatingCommit, cheatingJoin, gullibleKind, uncomputedCommit, withOwnLeaf } from './cheating.ts'
import { addDevices, createConversation, removeDevices, updateKeys } from './commits.ts'
import { makeCredential, readCredential } from './credential.ts'
import type { Pins } from './credential.ts'
import { makeDevice } from './device.ts'
import { groupInfo, joinByWelcome, joinExternally } from './joining.ts'
import { makeKeyPackage, privateKeysOf, readKeyPackage } from './key-package.ts'
import { sealMessage } from './messages.ts'
import { receive } from './receiving.ts'
import { stateOf } from './state.ts'
import type { Conversation } from './state.ts'
import {
  at,
  deviceOf,
  IDENTITIES,
  NOW,
  openRoom,
  OPTIONS,
  PINS,
  refusal,
  say,
  share,
  utf8,
  welcomeOf,
} from './testing.ts'
import type { Room } from './testing.ts'
import { writeWire } from './wire.ts'

const [a1, a2, b1, m1, m2] = await Promise.all([
  deviceOf('alice', 'a1'),
  deviceOf('alice', 'a2'),
  deviceOf('bob', 'b1'),
  deviceOf('mallory', 'm1'),
  deviceOf('mallory', 'm2'),
])

/** A device that says it is Alice's; Mallory signed for it. */
const forged = await makeDevice({ account: 'alice', device: 'a9' }, IDENTITIES.mallory.signing)
const { mallory } = IDENTITIES
/** What Mallory's client takes for true. */
const MALLORYS: Pins = new Map([...PINS.keys()].map((name) => [name, [...(PINS.get(name) ?? []), mallory.publicKey]]))

/** What everybody else says to it, each answer once; and the conversation goes on as if nothing had come. */
async function answers(room: Room, cheat: string, commit: Uint8Array): Promise<readonly string[]> {
  const others = Object.entries(room).filter(([name]) => name !== cheat)
  const codes = await Promise.all(others.map(([, conversation]) => refusal(receive(conversation, commit, PINS))))
  const said = await say(room, 'a1', 'still here')
  expect(Object.keys(said.read)).toHaveLength(Object.keys(room).length - 1)
  return [...new Set(codes)]
}

const addOf = async (device: Parameters<typeof makeKeyPackage>[0]): Promise<Proposal> => {
  const pair = await makeKeyPackage(device, { now: NOW, days: 1 })
  return { proposalType: 'add', add: { keyPackage: privateKeysOf(pair).published } }
}
const leafOf = (conversation: Conversation, account: string): number => {
  const index = conversation.members.findIndex((member) => member.account === account)
  if (index < 0) throw new RangeError(account)
  return index
}

describe('a forged device', () => {
  test('brought in by a cheating member is refused; a true one is taken', async () => {
    const room = await openRoom([a1, b1, m1])
    const { keyPackage } = await makeKeyPackage(forged, { now: NOW, days: 1 })
    const cheat = await addDevices(at(room, 'm1'), [keyPackage], { pins: MALLORYS, now: NOW })
    expect(await answers(room, 'm1', cheat.commit)).toEqual(['not_vouched'])
    const honest = await makeKeyPackage(a2, { now: NOW, days: 1 })
    const taken = await share(room, 'm1', await addDevices(at(room, 'm1'), [honest.keyPackage], OPTIONS))
    expect(at(taken, 'b1').members).toContainEqual(a2)
  })

  test('and several at once are refused as quietly', async () => {
    const room = await openRoom([a1, b1, m1])
    const second = await makeDevice({ account: 'bob', device: 'b9' }, IDENTITIES.mallory.signing)
    const { commit } = await cheatingCommit(at(room, 'm1'), [await addOf(forged), await addOf(second)])
    expect(await answers(room, 'm1', commit)).toEqual(['not_vouched'])
  })

  test('that lets itself in is refused; a true one is taken', async () => {
    const room = await openRoom([a1, b1, m1])
    const info = await groupInfo(at(room, 'm1'))
    const cheat = await joinExternally(forged, info, { pins: MALLORYS, now: NOW })
    expect(await answers(room, '', cheat.commit)).toEqual(['not_vouched'])
    expect(Object.keys(await share(room, 'a2', await joinExternally(a2, info, OPTIONS)))).toHaveLength(4)
  })

  test('handed out by the server instead of the one that was asked for is refused', async () => {
    const conversation = await createConversation(b1, NOW)
    const { keyPackage } = await makeKeyPackage(forged, { now: NOW, days: 1 })
    expect(await refusal(addDevices(conversation, [keyPackage], OPTIONS))).toBe('not_vouched')
    expect(await refusal(readKeyPackage(keyPackage, PINS, NOW))).toBe('not_vouched')
    // Somebody's true one, when another account's was asked for.
    const alice: Pins = new Map([...PINS].filter(([name]) => name === 'alice'))
    const mallorys = await makeKeyPackage(m1, { now: NOW, days: 1 })
    expect(await refusal(addDevices(conversation, [mallorys.keyPackage], { pins: alice, now: NOW }))).toBe('not_pinned')
  })

  test('makes a newcomer turn round at the door', async () => {
    const room = await openRoom([a1, m1])
    const { conversation } = await cheatingCommit(at(room, 'm1'), [await addOf(forged)])
    const pair = await makeKeyPackage(b1, { now: NOW, days: 1 })
    const inviting = await addDevices(conversation, [pair.keyPackage], { pins: MALLORYS, now: NOW })
    expect(await refusal(joinByWelcome(welcomeOf(inviting), pair, PINS))).toBe('not_vouched')
    expect(await refusal(joinExternally(a2, await groupInfo(conversation), OPTIONS))).toBe('not_vouched')
  })

  test('with a true credential and another key is refused', async () => {
    const room = await openRoom([a1, b1, m1])
    const { leaf } = await ownLeaf(at(room, 'a1'))
    // Alice's credential is no secret within the conversation. It is worth nothing without her device's key.
    const changed = withOwnLeaf(at(room, 'm1'), (own) => ({ ...own, credential: leaf.credential }))
    const { commit } = await cheatingCommit(changed, [])
    expect(await answers(room, 'm1', commit)).toEqual(['not_vouched'])
  })
})

const ownLeaf = async (conversation: Conversation) => {
  const { ratchetTree, privatePath } = stateOf(conversation)
  const node = ratchetTree[privatePath.leafIndex * 2]
  if (node?.nodeType !== 'leaf') throw new TypeError('No leaf.')
  return node
}

describe('somebody with group info', () => {
  test('who is a stranger does not come in, though everybody knows who it is', async () => {
    const room = await openRoom([a1, b1])
    const info = await groupInfo(at(room, 'a1'))
    expect(await refusal(joinExternally(m1, info, OPTIONS))).toBe('not_allowed')
    expect(await answers(room, '', await cheatingJoin(m1, info))).toEqual(['not_allowed'])
  })

  test('who is a member does not push others out', async () => {
    const room = await openRoom([a1, b1, m1])
    const info = await groupInfo(at(room, 'm1'))
    const isBobs = (leaf: Parameters<Parameters<typeof withOwnLeaf>[1]>[0]) =>
      readCredential(leaf.credential).device === 'b1'
    expect(await answers(room, '', await cheatingJoin(m2, info, isBobs))).toEqual(['not_allowed'])
    // Nor another device of its own account: for that there are commits of members.
    const isOwn = (leaf: Parameters<typeof isBobs>[0]) => readCredential(leaf.credential).device === 'm1'
    expect(await answers(room, '', await cheatingJoin(m2, info, isOwn))).toEqual(['not_allowed'])
  })

  test('does not come in a second time with the same', async () => {
    let room = await openRoom([a1, b1])
    const info = await groupInfo(at(room, 'a1'))
    const first = await joinExternally(a2, info, OPTIONS)
    room = await share(room, 'a2', first)
    expect(await refusal(receive(at(room, 'b1'), first.commit, PINS))).toBe('epoch_past')
    const late = await joinExternally(a2, info, OPTIONS)
    expect(await refusal(receive(at(room, 'b1'), late.commit, PINS))).toBe('epoch_past')
  })
})

describe('a member', () => {
  test('can’t hand its leaf to another device, not even of its own', async () => {
    const room = await openRoom([a1, b1, m1])
    const { leaf } = await ownLeaf(at(room, 'm1'))
    const other = await makeCredential({ account: 'mallory', device: 'm2' }, mallory.signing, leaf.signaturePublicKey)
    const changed = withOwnLeaf(at(room, 'm1'), (own) => ({ ...own, credential: other }))
    expect(await answers(room, 'm1', (await cheatingCommit(changed, [])).commit)).toEqual(['not_allowed'])
    // Control: the same way with its own credential made anew is nobody's harm.
    const same = await makeCredential(m1, mallory.signing, leaf.signaturePublicKey)
    const renewed = withOwnLeaf(at(room, 'm1'), (own) => ({ ...own, credential: same }))
    const received = await receive(at(room, 'b1'), (await cheatingCommit(renewed, [])).commit, PINS)
    expect(received).toMatchObject({ kind: 'commit', added: [], removed: [] })
  })

  test('can’t put somebody into a seat in the commit that clears it', async () => {
    const room = await openRoom([a1, b1, m1])
    const remove: Proposal = { proposalType: 'remove', remove: { removed: leafOf(at(room, 'm1'), 'bob') } }
    const { commit } = await cheatingCommit(at(room, 'm1'), [remove, await addOf(m2)])
    expect(await answers(room, 'm1', commit)).toEqual(['not_allowed'])
    // A client without that rule: even then the library tells who is removed, instead of failing within (decision 0011).
    expect(await gullibleKind(at(room, 'b1'), commit)).toBe('removedFromGroup')
    expect(await gullibleKind(at(room, 'a1'), commit)).toBe('active')
  })

  test.each<[string, Proposal]>([
    ['extensions', { proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } }],
    [
      'a new beginning',
      {
        proposalType: 'reinit',
        reinit: {
          groupId: new Uint8Array(32),
          version: 'mls10',
          cipherSuite: 'MLS_256_XWING_AES256GCM_SHA512_Ed25519',
          extensions: [],
        },
      },
    ],
    ['anything of its own', { proposalType: 0xf000, proposalData: new Uint8Array(4) }],
  ])('can’t make everybody take %s', async (_, proposal) => {
    const room = await openRoom([a1, b1, m1])
    const { commit } = await cheatingCommit(at(room, 'm1'), [proposal])
    expect(await answers(room, 'm1', commit)).toEqual(['not_allowed'])
  })

  test('can’t stop anybody with a leaf that does not exist', async () => {
    const room = await openRoom([a1, b1, m1])
    const kemOutput = new Uint8Array(1120)
    for (const removed of [7, 2 ** 31, 2 ** 32 - 1]) {
      const proposals: Proposal[] = [
        { proposalType: 'external_init', externalInit: { kemOutput } },
        { proposalType: 'remove', remove: { removed } },
      ]
      expect(await answers(room, 'm1', await uncomputedCommit(at(room, 'm1'), proposals))).toEqual(['forged'])
    }
  })

  test('can’t remove whom the tree does not have', async () => {
    const room = await openRoom([a1, b1, m1])
    const commit = await uncomputedCommit(at(room, 'm1'), [
      { proposalType: 'remove', remove: { removed: 2 ** 32 - 1 } },
    ])
    expect(await answers(room, 'm1', commit)).toEqual(['forged'])
  })

  test('can’t speak for another member', async () => {
    const room = await openRoom([a1, b1, m1])
    const [own, bobs] = [stateOf(at(room, 'm1')), stateOf(at(room, 'b1')).privatePath.leafIndex]
    const { settle } = await import('./state.ts')
    const posing = settle({ ...own, privatePath: { ...own.privatePath, leafIndex: bobs } })
    const { message } = await sealMessage(posing, utf8('I am Bob'))
    expect(await refusal(receive(at(room, 'a1'), message, PINS))).toBe('forged')
    expect((await say(room, 'b1', 'I am')).read).toMatchObject({ a1: 'b1: I am' })
  })
})

describe('a removed member', () => {
  test('is told, and neither reads nor writes any more', async () => {
    const before = await openRoom([a1, b1, m1])
    const room = await share(before, 'a1', await removeDevices(at(before, 'a1'), [m1]))
    const { message } = await sealMessage(at(room, 'a1'), utf8('without you'))
    expect(await refusal(receive(at(before, 'm1'), message, PINS))).toBe('epoch_ahead')
    const late = await sealMessage(at(before, 'm1'), utf8('one more thing'))
    expect(await refusal(receive(at(room, 'b1'), late.message, PINS))).toBe('not_a_member')
    const commit = await updateKeys(at(before, 'm1'))
    expect(await refusal(receive(at(room, 'b1'), commit.commit, PINS))).toBe('epoch_past')
    // Control: in time, both would have been taken.
    expect(await refusal(receive(at(before, 'b1'), late.message, PINS))).toBe('accepted')
    expect(await refusal(receive(at(before, 'b1'), commit.commit, PINS))).toBe('accepted')
  })
})

describe('the server', () => {
  test('can’t replay, mix up conversations, or pass one kind off as another', async () => {
    const [room, other] = [await openRoom([a1, b1]), await openRoom([a1, b1])]
    const { message } = await sealMessage(at(room, 'a1'), utf8('once'))
    const first = await receive(at(room, 'b1'), message, PINS)
    if (first.kind !== 'message') throw new TypeError(first.kind)
    expect(await refusal(receive(first.conversation, message, PINS))).toBe('already_read')
    expect(await refusal(receive(at(other, 'b1'), message, PINS))).toBe('other_conversation')
    expect(await refusal(receive(at(room, 'a1'), message, PINS))).toBe('own_message')
    const asCommit = new Uint8Array([1, 1, ...message.subarray(2)])
    expect(await refusal(receive(at(room, 'b1'), asCommit, PINS))).toBe('unreadable')
    const newer = new Uint8Array([9, ...message.subarray(1)])
    expect(await refusal(receive(at(room, 'b1'), newer, PINS))).toBe('version_unknown')
  })

  test('can’t make a conversation of its own in somebody’s name', async () => {
    const conversation = await createConversation(forged, NOW)
    const pair = await makeKeyPackage(b1, { now: NOW, days: 1 })
    const inviting = await addDevices(conversation, [pair.keyPackage], OPTIONS)
    expect(await refusal(joinByWelcome(welcomeOf(inviting), pair, PINS))).toBe('not_vouched')
  })

  test('can’t relabel a welcome', async () => {
    const pair = await makeKeyPackage(b1, { now: NOW, days: 1 })
    const pending = await addDevices(await createConversation(a1, NOW), [pair.keyPackage], OPTIONS)
    const relabelled = welcomeOf(pending).map((byte, index) => (index === 7 ? 1 : byte))
    expect(await refusal(joinByWelcome(relabelled, pair, PINS))).toBe('unreadable')
    expect(await refusal(joinByWelcome(welcomeOf(pending), pair, PINS))).toBe('accepted')
  })

  test('a message of another wire format in our envelope is refused', async () => {
    const room = await openRoom([a1, b1])
    const { published } = privateKeysOf(await makeKeyPackage(b1, { now: NOW, days: 1 }))
    const bytes = writeWire('keyPackage', { wireformat: 'mls_key_package', keyPackage: published })
    for (const kind of [1, 2, 3, 5]) {
      expect(await refusal(receive(at(room, 'a1'), new Uint8Array([1, kind, ...bytes.subarray(2)]), PINS))).toBe(
        'unreadable',
      )
    }
  })
})
