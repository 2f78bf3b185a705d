import { makeIdentity, MAX_TEXT_BYTES } from '@chatnip/crypto'
import { LIMITS } from '@chatnip/protocol'
import { expect, test } from 'vitest'
import { makeDeviceSecrets } from '../../device-keys.ts'
import type { Trust } from '../../engine/events.ts'
import type { Write } from '../../engine/rows.ts'
import { MemoryRows } from '../../memory.ts'
import { Vault } from '../vault.ts'
import { ManySeen } from './many.ts'
import { loadMls } from './mls.ts'
import type { Mls } from './mls.ts'
import { StepSecrets } from './secrets.ts'
import type { Loaded } from './secrets.ts'
import { adoptPending, beginGroup, makeStock, proposeChange, sealInGroup } from './steps.ts'
import { unwrapFrames } from './unwrap.ts'

/** The steps of groups with the real library, one device each, over rows that are written when a test says so. */
class Side {
  readonly account: string
  readonly publicKey: string
  readonly mls: Mls
  readonly vault: Vault
  readonly loaded: Loaded = new Map()
  trust: Trust = new Map()

  constructor(account: string, publicKey: string, parts: { readonly mls: Mls; readonly vault: Vault }) {
    this.account = account
    this.publicKey = publicKey
    this.mls = parts.mls
    this.vault = parts.vault
  }

  get secrets(): StepSecrets {
    return new StepSecrets({ mls: this.mls, rows: this.vault, loaded: this.loaded })
  }

  async write(writes: readonly Write[] = []): Promise<void> {
    await this.vault.commit(writes)
  }

  unwrap(from: string, text: string) {
    const { account, trust, publicKey } = this
    const hashLink = () => Promise.resolve('hash')
    const vouchedKeys = () => Promise.resolve([])
    const many = new ManySeen({ infos: new Map(), of: new Map() })
    const unwrapping = { secrets: this.secrets, account, trust, hashLink, vouchedKeys, ownKeys: [publicKey], many }
    return unwrapFrames(unwrapping, [{ from, text }])
  }

  seal(group: string, n: number, text = `${n}`) {
    const id = `00000000-0000-4000-8000-00000000000${n}`
    const link = { chain: '00000000-0000-4000-8000-000000000001', n, prev: n === 1 ? '' : 'AAAAAAAAAAAAAAAAAAAAAA' }
    const key = { publicKey: '', canSeal: true }
    const message = { id, to: 'bob', at: 1, body: { type: 'text', text } as const, link, key, group }
    return sealInGroup(this.secrets, message, { group, hashLink: () => Promise.resolve('hash') })
  }
}

const NAME = { device: 'a device', now: 1_800_000_000_000 }

async function sideOf(account: string): Promise<Side> {
  const identity = await makeIdentity()
  const secrets = await makeDeviceSecrets()
  const keys = { ...secrets, identity, earlier: [], username: account, deviceId: `${account}-1`, session: null }
  const mls = { ...(await loadMls(keys)), supply: { few: 1, full: 1 } }
  return new Side(account, identity.publicKey, { mls, vault: new Vault(new MemoryRows(), secrets) })
}

const alice = await sideOf('alice')
const bob = await sideOf('bob')
let group: string

const textOf = ({ made }: Awaited<ReturnType<Side['seal']>>): string => {
  if (typeof made === 'string') throw new TypeError(made)
  return made.text
}

const believed = [alice, bob].map(
  ({ account, publicKey }) => [account, { keys: [publicKey], earlier: [], voucher: null }] as const,
)
for (const side of [alice, bob]) side.trust = new Map(believed)

test('a device makes its stock, and another begins a group by it', async () => {
  const stock = await makeStock(bob.secrets, { count: 0, has_last_resort: false }, NAME)
  await bob.write(stock.secrets)
  expect(stock.texts).toHaveLength(1)
  expect(stock.lastResort).not.toBeNull()
  const full = { count: 20, has_last_resort: true }
  expect(await makeStock(bob.secrets, full, NAME)).toMatchObject({ texts: [], lastResort: null })
  // What is counted there was made under the key before.
  const renewed = await makeStock(bob.secrets, full, { ...NAME, device: 'under another key' })
  expect(renewed).toMatchObject({ texts: [expect.any(String)], lastResort: expect.any(String) })
  const packages = [
    { account: 'bob', device: 'bob-1', keyPackage: stock.texts[0] ?? '' },
    // Not what it says that it is, and not one at all: left out.
    { account: 'bob', device: 'bob-2', keyPackage: stock.texts[0] ?? '' },
    { account: 'bob', device: 'bob-3', keyPackage: 'AAAA' },
  ]
  const effect = { type: 'begin', number: 1, others: ['bob'], packages, trust: alice.trust, info: null } as const
  expect(await beginGroup(alice.secrets, { ...effect, packages: packages.slice(1) }, NAME)).toBeNull()
  const begun = await beginGroup(alice.secrets, effect, NAME)
  if (begun === null) throw new TypeError('It was not begun.')
  await alice.write(begun.secrets)
  group = begun.group
  expect(begun.members).toHaveLength(2)

  const stranger = new Map([...bob.trust].filter(([name]) => name !== 'alice'))
  const known = bob.trust
  bob.trust = stranger
  expect((await bob.unwrap('alice', begun.text)).halt).toEqual({ kind: 'wants', accounts: ['alice'] })
  bob.trust = known
  const joined = await bob.unwrap('alice', begun.text)
  expect(joined.frames).toMatchObject([{ kind: 'joined', group, epoch: 1, other: 'alice' }])
  // The same welcome from somebody who is not in it.
  expect((await bob.unwrap('carol', begun.text)).frames).toEqual([{ kind: 'nothing' }])
  await bob.write(joined.secrets)
  expect((await bob.unwrap('alice', begun.text)).frames).toEqual([{ kind: 'nothing' }])
  const adopted = await adoptPending(alice.secrets, { type: 'adopt', group })
  expect(adopted).toMatchObject({ epoch: 1 })
  await alice.write(adopted?.secrets)
})

test('what is sealed is opened once it is written, and again until then', async () => {
  const sealed = await alice.seal(group, 1)
  const first = await bob.unwrap('alice', textOf(sealed))
  expect(first.frames).toMatchObject([{ kind: 'message', from: { account: 'alice' }, inside: { body: { text: '1' } } }])
  // As after a crash: nothing was written, neither here nor there.
  const again = await alice.seal(group, 1, 'anew')
  expect((await bob.unwrap('alice', textOf(again))).frames).toMatchObject([{ inside: { body: { text: 'anew' } } }])
  if (typeof again.made === 'object') await alice.write(again.made.secrets)
  const opened = await bob.unwrap('alice', textOf(again))
  await bob.write(opened.secrets)
  expect((await bob.unwrap('alice', textOf(again))).frames).toMatchObject([{ kind: 'late' }])
})

test('the longest text fits into what the server takes', async () => {
  const sealed = await alice.seal(group, 2, 'x'.repeat(MAX_TEXT_BYTES))
  expect(new TextEncoder().encode(textOf(sealed)).length).toBeLessThanOrEqual(LIMITS.messageTextBytes)
  expect((await alice.seal(group, 2, 'x'.repeat(MAX_TEXT_BYTES + 1))).made).toBe('too large')
})

test('what comes from behind an own commit waits until that is answered', async () => {
  const proposed = await proposeChange(bob.secrets, { type: 'propose', group, change: { type: 'renew' }, info: null })
  if (proposed === null) throw new TypeError('It was not made.')
  await bob.write(proposed.secrets)
  const moved = await alice.unwrap('bob', proposed.text)
  expect(moved.frames).toMatchObject([{ kind: 'moved', epoch: 2 }])
  await alice.write(moved.secrets)
  const sealed = await alice.seal(group, 2)
  if (typeof sealed.made === 'object') await alice.write(sealed.made.secrets)
  expect(await bob.unwrap('alice', textOf(sealed))).toMatchObject({ frames: [], halt: { kind: 'awaits', group } })
  await bob.write((await adoptPending(bob.secrets, { type: 'adopt', group }))?.secrets)
  expect((await bob.unwrap('alice', textOf(sealed))).frames).toMatchObject([{ inside: { body: { text: '2' } } }])
  // Once adopted there is nothing to adopt.
  expect(await adoptPending(bob.secrets, { type: 'adopt', group })).toBeNull()
})

test('what cannot be opened says which message it is, and what is of no form is text', async () => {
  const sealed = textOf(await alice.seal(group, 3))
  await bob.write([{ table: 'secrets', key: ['steady', group], value: null }])
  expect((await bob.unwrap('alice', sealed)).frames).toMatchObject([
    { kind: 'unreadable', group, hint: { to: 'bob', n: 3 } },
  ])
  expect((await bob.unwrap('alice', 'mls1: hello')).frames).toEqual([{ kind: 'malformed' }])
})
