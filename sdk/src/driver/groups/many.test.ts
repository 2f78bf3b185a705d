import { fingerprint, makeIdentity, toBase64url } from '@chatnip/crypto'
import type { Identity } from '@chatnip/crypto'
import { groupInfo, joinExternally } from '@chatnip/crypto/conversation'
import type { Owner } from '@chatnip/crypto/conversation'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeDeviceSecrets } from '../../device-keys.ts'
import type { GroupChange, KnownGroups, Trust } from '../../engine/events.ts'
import { handshakeText, readGroupText } from '../../engine/group-text.ts'
import { changed, withMembers, withRole, without } from '../../engine/many/value.ts'
import type { Info } from '../../engine/many/info.ts'
import type { Write } from '../../engine/rows.ts'
import type { Unwrapped } from '../../engine/unwrapped.ts'
import { MemoryRows } from '../../memory.ts'
import { Vault } from '../vault.ts'
import { ManySeen } from './many.ts'
import { loadMls } from './mls.ts'
import type { Mls } from './mls.ts'
import { StepSecrets } from './secrets.ts'
import { adoptPending, beginGroup, makeStock, proposeChange, sealInGroup } from './steps.ts'
import { unwrapFrames } from './unwrap.ts'

/**
 * Attacks on a group of many, with the real library: what a member, somebody who was removed, or the server can put before an honest device, and what that
 * keeps of it. Beside each stands the same thing done by who may.
 */

/** One account with one device, with what its engine would know. */
class Side {
  readonly account: string
  readonly identity: Identity
  readonly mls: Mls
  readonly vault: Vault
  readonly device: string
  infos = new Map<string, Info>()
  of = new Map<string, { readonly id: string; readonly version: number }>()
  trust: Trust = new Map()

  constructor(owner: Owner, parts: { readonly identity: Identity; readonly mls: Mls; readonly vault: Vault }) {
    this.account = owner.account
    this.device = owner.device
    this.identity = parts.identity
    this.mls = parts.mls
    this.vault = parts.vault
  }

  get secrets(): StepSecrets {
    return new StepSecrets({ mls: this.mls, rows: this.vault, loaded: new Map() })
  }

  write = (writes: readonly Write[] = []): Promise<void> => this.vault.commit(writes)

  async package(): Promise<{ readonly account: string; readonly device: string; readonly keyPackage: string }> {
    const { account, device } = this
    const stock = await makeStock(this.secrets, { count: 0, has_last_resort: true }, NAME)
    await this.write(stock.secrets)
    return { account, device, keyPackage: stock.texts[0] ?? '' }
  }

  /** What becomes of a handshake; what it did is kept, as the engine keeps it. */
  async take(from: string, text: string): Promise<Unwrapped | 'halt'> {
    const { account, trust, identity } = this
    const known: KnownGroups = { infos: this.infos, of: this.of }
    const { frames, secrets } = await unwrapFrames(
      {
        secrets: this.secrets,
        account,
        trust,
        hashLink: () => Promise.resolve('hash'),
        vouchedKeys: () => Promise.resolve([]),
        ownKeys: [identity.publicKey],
        many: new ManySeen(known),
      },
      [{ from, text }],
    )
    await this.write(secrets)
    const [done] = frames
    if (done === undefined) return 'halt'
    if ((done.kind === 'joined' || done.kind === 'moved') && done.many !== undefined)
      this.know(done.group, done.many.info)
    return done
  }

  know(group: string, info: Info): void {
    this.infos.set(info.id, info)
    this.of.set(group, { id: info.id, version: info.version })
  }

  /** A commit of this device, whether it may make it or not. @param isAccepted false: the server has not answered yet */
  async change(group: string, change: GroupChange, info: Info | null, isAccepted = true): Promise<string> {
    const made = await proposeChange(this.secrets, { type: 'propose', group, change, info })
    if (made === null) throw new TypeError('It could not be made.')
    await this.write(made.secrets)
    if (isAccepted) await this.write((await adoptPending(this.secrets, { type: 'adopt', group }))?.secrets)
    if (info !== null && isAccepted) this.know(group, info)
    return made.text
  }

  async say(group: string, text: string): Promise<string> {
    const id = '00000000-0000-4000-8000-000000000009'
    const link = { chain: id, n: 1, prev: '' }
    const key = { publicKey: '', canSeal: true }
    const message = { id, to: NAME_OF_GROUP, at: 1, body: { type: 'text', text } as const, link, key, group }
    const { made } = await sealInGroup(this.secrets, message, { group, hashLink: () => Promise.resolve('hash') })
    if (typeof made === 'string') throw new TypeError(made)
    await this.write(made.secrets)
    return made.text
  }
}

const NAME = { device: 'a device', now: 1_800_000_000_000 }
const ID = '0123456789abcdef0123456789abcdef'
const NAME_OF_GROUP = `group:${ID}`
const RENEW = { type: 'renew' } as const

const INFO: Info = {
  id: ID,
  version: 1,
  title: 'Cats',
  picture: null,
  members: [
    { account: 'alice', role: 'owner' },
    { account: 'bob', role: 'member' },
    { account: 'carol', role: 'member' },
  ],
}

async function sideOf(account: string, device = `${account}-1`, known?: Identity): Promise<Side> {
  const identity = known ?? (await makeIdentity())
  const secrets = await makeDeviceSecrets()
  const keys = { ...secrets, identity, earlier: [], username: account, deviceId: device, session: null }
  const mls = { ...(await loadMls(keys)), supply: { few: 1, full: 1 } }
  return new Side({ account, device }, { identity, mls, vault: new Vault(new MemoryRows(), secrets) })
}

const identities = Object.fromEntries(
  await Promise.all(['alice', 'bob', 'carol', 'mallory'].map(async (name) => [name, await makeIdentity()] as const)),
)

let [alice, bob, carol, mallory] = (await Promise.all(
  ['alice', 'bob', 'carol', 'mallory'].map((name) => sideOf(name, undefined, identities[name])),
)) as [Side, Side, Side, Side]
let group = ''

const trust: Trust = new Map(
  Object.entries(identities).map(([name, { publicKey }]) => [name, { keys: [publicKey], earlier: [], voucher: null }]),
)

/** A beginning by one side, for others; it counts as accepted. */
async function begin(
  by: Side,
  info: Info,
  others: readonly Side[],
): Promise<{ readonly group: string; readonly text: string }> {
  const packages = await Promise.all(others.map((side) => side.package()))
  const effect = { type: 'begin', number: 1, others: [], packages, trust, info } as const
  const begun = await beginGroup(by.secrets, effect, NAME)
  if (begun === null) throw new TypeError('It was not begun.')
  await by.write(begun.secrets)
  await by.write((await adoptPending(by.secrets, { type: 'adopt', group: begun.group }))?.secrets)
  by.know(begun.group, info)
  return begun
}

const kindOf = async (done: Promise<Unwrapped | 'halt'>): Promise<string> => {
  const one = await done
  return one === 'halt' ? one : one.kind
}

async function must(done: Promise<Unwrapped | 'halt'>, kind: string): Promise<void> {
  const found = await kindOf(done)
  if (found !== kind) throw new TypeError(`It was ${found} and not ${kind}.`)
}

beforeEach(async () => {
  const all = await Promise.all(
    ['alice', 'bob', 'carol', 'mallory'].map((name) => sideOf(name, undefined, identities[name])),
  )
  for (const side of all) side.trust = trust
  ;[alice, bob, carol, mallory] = all as [Side, Side, Side, Side]
  const begun = await begin(alice, INFO, [bob, carol])
  group = begun.group
  for (const side of [bob, carol]) await must(side.take('alice', begun.text), 'joined')
})

describe('a member who changes what only an owner may', () => {
  const adding = async (): Promise<GroupChange> => ({ type: 'add', packages: [await mallory.package()], trust })
  const removing: GroupChange = { type: 'remove', members: [{ account: 'carol', device: 'carol-1' }] }
  const deeds: readonly (readonly [string, () => Promise<GroupChange> | GroupChange, Info])[] = [
    ['its name', () => RENEW, changed(INFO, { title: 'Dogs' })],
    ['its own role', () => RENEW, withRole(INFO, 'bob', 'owner')],
    ['who is in: adding', adding, withMembers(INFO, ['mallory'])],
    ['a device of somebody who is not in', adding, INFO],
    ['who is in: removing, where those who stay are told', () => removing, without(INFO, ['carol'])],
    ['somebody’s devices without a word', () => removing, INFO],
    ['an older value', () => RENEW, { ...INFO, title: 'Old', version: 1 }],
    ['another group’s value', () => RENEW, { ...INFO, id: 'f'.repeat(32) }],
  ]

  test('is refused by everybody else, whatever it is, and the group goes on where it was', async () => {
    for (const [name, make, info] of deeds) {
      // Not adopted, so that all of them are made from the same epoch.
      const text = await bob.change(group, await make(), info, false)
      expect([name, await alice.take('bob', text)]).toMatchObject([
        name,
        { kind: 'refused', by: 'bob', isStale: false },
      ])
    }
    expect(await carol.take('alice', await alice.say(group, 'still here'))).toMatchObject({ kind: 'message' })
  })

  test('the owner does the same, and everybody follows: a control', async () => {
    const renamed = changed(INFO, { title: 'Dogs' })
    const text = await alice.change(group, RENEW, renamed)
    for (const side of [bob, carol]) expect(await kindOf(side.take('alice', text))).toBe('moved')
    const more = await alice.change(group, await adding(), withMembers(renamed, ['mallory']))
    for (const side of [bob, carol]) expect(await kindOf(side.take('alice', more))).toBe('moved')
    expect(await mallory.take('alice', more)).toMatchObject({ kind: 'joined', many: { info: { title: 'Dogs' } } })
  })

  test('a member may leave, and then reads nothing and says nothing; anybody takes its leaf out', async () => {
    const left = without(INFO, ['bob'])
    const text = await bob.change(group, RENEW, left)
    for (const side of [alice, carol]) expect(await kindOf(side.take('bob', text))).toBe('moved')
    const back = await bob.change(group, RENEW, { ...INFO, version: 3 })
    expect(await kindOf(alice.take('bob', back))).toBe('refused')
    const gone = { type: 'remove', members: [{ account: 'bob', device: 'bob-1' }] } as const
    const tidied = await carol.change(group, gone, left)
    expect(await kindOf(alice.take('carol', tidied))).toBe('moved')
    expect(await kindOf(carol.take('alice', await alice.say(group, 'without Bob')))).toBe('message')
    expect(await kindOf(bob.take('alice', await alice.say(group, 'still without Bob')))).toBe('unreadable')
  })

  test('a member brings in a further device of a member, but none that the account has not signed for', async () => {
    const desk = await sideOf('carol', 'carol-2', identities['carol'])
    desk.trust = trust
    const text = await bob.change(group, { type: 'add', packages: [await desk.package()], trust }, INFO)
    expect(await kindOf(alice.take('bob', text))).toBe('moved')
    expect(await kindOf(desk.take('bob', text))).toBe('joined')
    await carol.take('bob', text)
    // Mallory's own key says that it is Carol's.
    const forged = await sideOf('carol', 'carol-3')
    const cheated: Trust = new Map([
      ...trust,
      ['carol', { keys: [forged.identity.publicKey], earlier: [], voucher: null }],
    ])
    await bob.write([{ table: 'secrets', key: ['keys', group], value: null }])
    const cheat = { type: 'add', packages: [await forged.package()], trust: cheated } as const
    expect(await kindOf(alice.take('bob', await bob.change(group, cheat, INFO)))).not.toBe('moved')
  })
})

describe('who was removed', () => {
  let after: Info
  beforeEach(async () => {
    after = without(INFO, ['bob'])
    const gone = { type: 'remove', members: [{ account: 'bob', device: 'bob-1' }] } as const
    const text = await alice.change(group, gone, after)
    await must(carol.take('alice', text), 'moved')
    await must(bob.take('alice', text), 'out')
  })

  test('reads nothing and cannot write', async () => {
    const text = await alice.say(group, 'without Bob')
    expect(await kindOf(bob.take('alice', text))).toBe('unreadable')
    expect(await kindOf(carol.take('alice', text))).toBe('message')
    await expect(bob.say(group, 'hello')).rejects.toThrow('unusable')
  })

  test('does not come back by beginning afresh, as member, as owner, or with a later version', async () => {
    const claims = [INFO, after, { ...withRole(INFO, 'bob', 'owner'), version: 9 }, { ...INFO, version: 3 }]
    for (const info of claims) {
      const members = info.members.some(({ account }) => account === 'bob')
      const { text } = await begin(bob, info, [carol])
      const kind = await kindOf(carol.take('bob', text))
      expect(kind).toBe('refused')
      expect(members || kind === 'refused').toBe(true)
    }
    expect(carol.infos.get(ID)).toEqual(after)
    // A member may, with what is known; the control.
    const { text } = await begin(alice, after, [carol])
    expect(await kindOf(carol.take('alice', text))).toBe('joined')
  })

  test('a member who begins afresh smuggles nothing in: no leaf, no name, no role', async () => {
    const hidden = await begin(carol, after, [alice, bob])
    expect(await kindOf(alice.take('carol', hidden.text))).toBe('refused')
    for (const info of [changed(after, { title: 'Mine' }), withRole(after, 'carol', 'owner')]) {
      carol.know(group, after)
      expect(await kindOf(alice.take('carol', (await begin(carol, info, [alice])).text))).toBe('refused')
    }
    expect(await kindOf(alice.take('carol', (await begin(carol, after, [alice])).text))).toBe('joined')
  })
})

describe('the server', () => {
  test('gives a commit out under another name, without what it says, or twice', async () => {
    const text = await alice.change(group, RENEW, changed(INFO, { title: 'Dogs' }))
    expect(await kindOf(bob.take('carol', text))).toBe('nothing')
    const read = readGroupText(text)
    if (read?.kind !== 'handshake') throw new TypeError(text)
    const other = await carol.say(group, 'x')
    const message = readGroupText(other)
    const wire = message?.kind === 'message' ? message.wire : ''
    expect(await kindOf(bob.take('alice', handshakeText(group, { ...read, info: wire })))).toBe('refused')
    expect(await kindOf(bob.take('alice', text))).toBe('moved')
    expect(await kindOf(bob.take('alice', text))).toBe('nothing')
  })

  test('strips the word from a welcome: it is no conversation of two', async () => {
    const { text } = await begin(alice, without(INFO, ['carol']), [bob])
    const read = readGroupText(text)
    if (read?.kind !== 'handshake') throw new TypeError(text)
    expect(await kindOf(bob.take('alice', handshakeText(read.group, { ...read, info: null })))).toBe('nothing')
  })

  test('gives two commits of one epoch: a device follows one, and the other’s words are missed and not misread', async () => {
    const one = await alice.change(group, RENEW, changed(INFO, { title: 'One' }))
    const two = await carol.change(group, RENEW, INFO)
    expect(await kindOf(bob.take('alice', one))).toBe('moved')
    expect(await kindOf(bob.take('carol', two))).toBe('nothing')
    expect(await kindOf(bob.take('carol', await carol.say(group, 'elsewhere')))).toBe('unreadable')
  })

  test('lets a device in by itself, with group info that somebody gave away', async () => {
    const conversation = await bob.secrets.conversation(group)
    if (conversation === null) throw new TypeError('There is none.')
    const own = await mallory.mls.makeDevice()
    const pins = new Map([...trust].map(([name, { keys }]) => [name, [...keys]]))
    const info = await groupInfo(conversation)
    await expect(joinExternally(own, info, { pins, now: NAME.now / 1000 })).rejects.toMatchObject({
      code: 'not_allowed',
    })
    // A further device of a member could, by MLS; here somebody lets it in.
    const second = await sideOf('bob', 'bob-2', identities['bob'])
    const pending = await joinExternally(await second.mls.makeDevice(), info, { pins, now: NAME.now / 1000 })
    const text = handshakeText(group, { commit: toBase64url(pending.commit), welcome: '', info: null })
    expect(await kindOf(alice.take('bob', text))).toBe('refused')
  })

  test('repeats a welcome', async () => {
    const { text } = await begin(alice, INFO, [bob])
    expect(await kindOf(bob.take('alice', text))).toBe('joined')
    expect(await kindOf(bob.take('alice', text))).toBe('nothing')
  })
})

test('the keys of the people here differ: a control', async () => {
  const prints = await Promise.all(Object.values(identities).map(({ publicKey }) => fingerprint(publicKey)))
  expect(new Set(prints).size).toBe(4)
})
