import { BodyTooLong, decodeStrictly, encodeInside, toBase64url } from '@chatnip/crypto'
import type { Link } from '@chatnip/crypto'
import type { Conversation, Pending, Pins } from '@chatnip/crypto/conversation'
import type {
  Adopted,
  Begun,
  Effect,
  GroupChange,
  Proposed,
  SealedInGroup,
  Stocked,
  ToSeal,
  Trust,
} from '../../engine/events.ts'
import { isNameOfMany } from '../../engine/many/info.ts'
import { writeInfo } from '../../engine/many/value.ts'
import type { Info } from '../../engine/many/info.ts'
import type { SealedLink } from '../../engine/rows.ts'
import type { ClaimedPackage } from '../../engine/state.ts'
import { handshakeText, messageText } from '../../engine/group-text.ts'
import type { StepSecrets } from './secrets.ts'
import { attempt } from './unwrap.ts'
import type { Unwrapping } from './unwrap.ts'

/** What this device does to groups by itself. Every step starts from what is on disk and says what to write there. */

type EffectOf<T extends Effect['type']> = Extract<Effect, { readonly type: T }>

/** Unix ms, as the engine has it. */
type Now = number

/** @param name of this device under the account's present key */
export async function beginGroup(
  secrets: StepSecrets,
  { packages, trust, others, info }: EffectOf<'begin'>,
  { device: name, now }: { readonly device: string; readonly now: Now },
): Promise<Begun | null> {
  const { mls } = secrets
  const device = await secrets.device(name)
  const pins = firstKeys(trust)
  const good = await checkedPackages(secrets, { packages, pins, self: device })
  if (!others.every((other) => good.some(({ account }) => account === other))) return null
  const conversation = await mls.createConversation(device, Math.floor(now / 1000), info !== null)
  const bytes = good.map((one) => one.bytes)
  // Of many, none of whom can come in yet: it begins all the same, and has its place.
  const made = await attempt(() =>
    bytes.length === 0 ? mls.updateKeys(conversation) : mls.addDevices(conversation, bytes, pins),
  )
  if ('code' in made || (info === null && made.welcome === null)) return null
  secrets.move(conversation)
  secrets.keepKeys(conversation.id, pins, new Set([device.account, ...good.map(({ account }) => account)]))
  const members = [...conversation.members, ...made.change.added]
  const text = await keepHandshake(secrets, made, { info, isBeginning: true })
  if (text === null) return null
  return { group: conversation.id, members, text, info, secrets: await secrets.writes() }
}

const firstKeys = (trust: Trust): Pins => new Map([...trust].map(([account, { keys }]) => [account, keys.slice(0, 1)]))

/** Puts a commit among the secrets and says how it travels; null: what it tells is too large. */
async function keepHandshake(
  secrets: StepSecrets,
  made: Pending,
  { info, isBeginning }: { readonly info: Info | null; readonly isBeginning: boolean },
): Promise<string | null> {
  const within = info === null ? null : await attempt(() => secrets.mls.sealWithin(made, writeInfo(info)))
  if (within !== null && 'code' in within) return null
  await secrets.keepPending(within?.pending ?? made)
  const { id, commit, welcome } = made
  return handshakeText(id, {
    // Nobody is in before the beginning who could take the commit in.
    commit: isBeginning ? '' : toBase64url(commit),
    welcome: welcome === null ? '' : toBase64url(welcome),
    info: within === null ? null : toBase64url(within.message),
  })
}

interface Checked {
  readonly account: string
  readonly bytes: Uint8Array
}

/** What is damaged, signed by nobody's key that is known, or for another device than the server says, is left out. */
async function checkedPackages(
  { mls }: StepSecrets,
  about: {
    readonly packages: readonly ClaimedPackage[]
    readonly pins: Pins
    readonly self: { readonly account: string; readonly device: string }
  },
): Promise<readonly Checked[]> {
  const { packages, pins, self } = about
  const good = new Map<string, Checked>()
  for (const { account, device, keyPackage } of packages) {
    const bytes = decodeStrictly(keyPackage)
    const info = bytes === null ? null : await attempt(() => mls.readKeyPackage(bytes, pins))
    if (bytes === null || info === null || 'code' in info) continue
    const isItself = info.account === self.account && info.device === self.device
    if (info.account !== account || info.device !== device || isItself) continue
    good.set(`${account} ${device}`, { account, bytes })
  }
  return [...good.values()]
}

/** @returns null when it cannot be done in that group */
export async function proposeChange(
  secrets: StepSecrets,
  { group, change, info }: EffectOf<'propose'>,
): Promise<Proposed | null> {
  const conversation = await secrets.conversation(group)
  if (conversation === null) return null
  const made = await attempt(() => makeChange(secrets, conversation, change))
  if ('code' in made) return null
  const text = await keepHandshake(secrets, made, { info, isBeginning: false })
  return text === null ? null : { epoch: made.epoch, text, secrets: await secrets.writes() }
}

/** @throws ConversationError */
async function makeChange(secrets: StepSecrets, conversation: Conversation, change: GroupChange): Promise<Pending> {
  const { mls } = secrets
  if (change.type === 'renew') return mls.updateKeys(conversation)
  if (change.type === 'remove') return mls.removeDevices(conversation, change.members)
  // Whoever is in already has the key of then; others have theirs of now.
  const known = await secrets.keys(conversation.id)
  const pins: Pins = new Map([...firstKeys(change.trust), ...known])
  const good = await checkedPackages(secrets, { packages: change.packages, pins, self: conversation.self })
  const made = await mls.addDevices(
    conversation,
    good.map(({ bytes }) => bytes),
    pins,
  )
  secrets.keepKeys(conversation.id, pins, new Set([...known.keys(), ...good.map(({ account }) => account)]))
  return made
}

/** @returns null when the group has gone another way meanwhile */
export async function adoptPending(secrets: StepSecrets, { group }: EffectOf<'adopt'>): Promise<Adopted | null> {
  const [pending, current] = [await secrets.pending(group), await secrets.conversation(group)]
  if (pending === null || current === null) return null
  const made = await attempt(async () => secrets.mls.adopt(pending, current))
  if ('code' in made) return null
  const { conversation, spent } = made
  secrets.move(conversation, spent)
  secrets.put('pending', group, null)
  const { epoch, members } = conversation
  return { epoch, members, secrets: await secrets.writes() }
}

interface SealedStep {
  readonly link: SealedLink | null
  readonly made: SealedInGroup | 'unusable' | 'too large'
}

export async function sealInGroup(
  secrets: StepSecrets,
  { id, to, at, body, link }: ToSeal,
  { group, hashLink }: { readonly group: string; readonly hashLink: Unwrapping['hashLink'] },
): Promise<SealedStep> {
  const conversation = await secrets.conversation(group)
  if (conversation === null || link === null) return { link: null, made: 'unusable' }
  const inside = bytesOf({ id, at, link, body })
  if (inside === null) return { link: null, made: 'too large' }
  const sealed = await attempt(() => secrets.mls.sealMessage(conversation, inside))
  if ('code' in sealed) return { link: null, made: sealed.code === 'too_large' ? 'too large' : 'unusable' }
  secrets.move(sealed.conversation, sealed.spent)
  const hint = { to: isNameOfMany(to) ? '' : to.toLowerCase(), chain: link.chain, n: link.n }
  const made: SealedInGroup = {
    text: messageText(group, hint, toBase64url(sealed.message)),
    epoch: conversation.epoch,
    secrets: await secrets.writes(),
  }
  return { link: { ...link, hash: await hashLink(link, id) }, made }
}

/** Null: it does not fit. */
function bytesOf({ id, at, link, body }: Pick<ToSeal, 'id' | 'at' | 'body'> & { readonly link: Link }) {
  try {
    return encodeInside({ id, at, link, body: { ...body } })
  } catch (error) {
    if (error instanceof BodyTooLong) return null
    throw error
  }
}

const PACKAGE_DAYS = 90
const LAST_RESORT_MS = 30 * 86_400_000

/** @param said what the server says that it has of this device */
export async function makeStock(
  secrets: StepSecrets,
  said: { readonly count: number; readonly has_last_resort: boolean },
  { device: name, now }: { readonly device: string; readonly now: Now },
): Promise<Stocked> {
  const { mls } = secrets
  // Under a new key none can be there yet: what is counted was still on its way when the key changed, and nobody believes it.
  const waiting = (await secrets.hasDevice(name)) ? said : { count: 0, has_last_resort: false }
  const device = await secrets.device(name)
  const make = (isLastResort: boolean) =>
    mls.makeKeyPackage(device, { now: Math.floor(now / 1000), days: PACKAGE_DAYS, isLastResort })
  const { few, full } = mls.supply
  const wanting = waiting.count < few ? full - waiting.count : 0
  const packages = []
  for (let made = 0; made < wanting; made += 1) packages.push(await make(false))
  const madeAt = await secrets.lastResortMadeAt()
  const isOld = madeAt === null || Math.abs(now - madeAt) > LAST_RESORT_MS
  const last = isOld || !waiting.has_last_resort ? await make(true) : null
  await secrets.keepPackages('package', packages, now)
  if (last !== null) await secrets.keepPackages('last resort', [last], now)
  const texts = packages.map(({ keyPackage }) => toBase64url(keyPackage))
  return { texts, lastResort: last === null ? null : toBase64url(last.keyPackage), secrets: await secrets.writes() }
}
