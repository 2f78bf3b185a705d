import { randomUUID } from 'node:crypto'
import type { Clock, Messenger, MessageView, NoticeView } from '@chatnip/sdk'
import { systemClock } from '@chatnip/sdk/node'
import { online, Seat } from '../../scenarios/people.ts'
import { conversationOf } from './device.ts'
import type { Recorder } from './recorder.ts'
import { LONG_MS, soon } from './load.ts'

/** Two people with the real engine, real keys and real envelopes, who write to each other all the time. */
export interface Chat {
  readonly people: readonly Person[]
  /** Stops writing, waits until both show everything, and writes down what each shows. */
  finish(withinMs?: number): Promise<void>
}

/** A person at the engine. */
export interface Person {
  readonly seat: Seat
  readonly name: string
  readonly messenger: Messenger
}

export interface ChatOptions {
  readonly names?: readonly [string, string]
  /** Each engine's own, by name. */
  readonly clockOf?: (name: string) => Clock
  /** The mistake of T8's control: what is shown is sorted by what the senders' clocks said. */
  readonly sortsByClock?: boolean
}

const PACE_MS = 150
const NUDGE_MS = 200
const EVERYTHING = 1_000_000
/** A tenth of a second apart. */
const MOST_LOOKS = 1_200

async function sit(address: string, name: string, recorder: Recorder, clock: Clock): Promise<Person> {
  const seat = new Seat(address, name)
  await seat.signUp()
  const messenger = await seat.start(clock)
  recorder.note({ what: 'joined', device: name, account: name })
  messenger.onChange((change) => {
    if (change.kind === 'arrived') recorder.note({ what: 'announced', message: change.message.id, device: name })
  })
  return { seat, name, messenger }
}

/** @param address of the server, or of a proxy before it; it must be there while the two sign up */
export async function startChat(address: string, recorder: Recorder, options: ChatOptions = {}): Promise<Chat> {
  const { names = ['iris', 'jack'], clockOf = () => systemClock, sortsByClock = false } = options
  const people = await Promise.all(names.map((name) => sit(address, name, recorder, clockOf(name))))
  const [one, other] = people
  if (one === undefined || other === undefined) throw new Error('A chat takes two.')
  await Promise.all(people.map(({ messenger }) => online(messenger)))
  await Promise.all([one.messenger.open(other.name), other.messenger.open(one.name)])
  const composing: Promise<unknown>[] = []
  const say = (from: Person, to: Person) => {
    const id = randomUUID()
    const accounts = [from.name, to.name]
    const conversation = conversationOf(from.name, to.name)
    recorder.note({ what: 'composed', message: id, device: from.name, conversation, accounts })
    composing.push(from.messenger.send(to.name, `This is ${id}.`, { id }))
  }
  const pace = setInterval(() => {
    say(one, other)
    say(other, one)
  }, PACE_MS)
  // A face would do so when the network comes back; without it the engine's patience grows longer than the test.
  const nudge = setInterval(() => people.forEach(({ messenger }) => messenger.nudge()), NUDGE_MS)
  const finish = async (withinMs = LONG_MS) => {
    clearInterval(pace)
    await Promise.all(composing)
    const shown = () => people.every(({ messenger }) => messenger.waiting() === 0)
    await soon('empty outboxes', shown, withinMs)
    await everythingShown(one, other, composing.length)
    clearInterval(nudge)
    const order = sortsByClock ? byClock : byPlace
    await Promise.all([note(one, other, { recorder, order }), note(other, one, { recorder, order })])
    await Promise.all(people.map(({ seat }) => seat.stop()))
  }
  return { people, finish }
}

const linesOf = async ({ messenger }: Person, peer: Person): Promise<readonly (MessageView | NoticeView)[]> =>
  messenger.messages(peer.name, { limit: EVERYTHING })

/** Until both show as many as were written, or a while has passed: then the oracle says what is missing. */
async function everythingShown(one: Person, other: Person, count: number): Promise<void> {
  for (let tries = 0; tries < MOST_LOOKS; tries++) {
    const shown = await Promise.all([linesOf(one, other), linesOf(other, one)])
    if (shown.every((lines) => lines.length >= count)) return
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}

type Order = (lines: readonly MessageView[]) => readonly MessageView[]
const byPlace: Order = (lines) => lines
const byClock: Order = (lines) => lines.toSorted((a, b) => a.at - b.at)

/** What somebody sees in the end; a line that is not certainly from whom it claims counts as unreadable. */
async function note(
  person: Person,
  peer: Person,
  { recorder, order }: { readonly recorder: Recorder; readonly order: Order },
): Promise<void> {
  const all = await linesOf(person, peer)
  const messages = order(all.flatMap((line) => ('id' in line ? [line] : [])))
  for (const { id, own, state } of messages) {
    if (own && (state === 'accepted' || state === 'stored' || state === 'read'))
      recorder.note({ what: 'accepted', message: id })
    if (own && state === 'failed') recorder.note({ what: 'ended', message: id, how: 'failed' })
  }
  const lines = messages
    .filter(({ place }) => place !== null)
    .map(({ id, own, mark, text }) => {
      const isGood = own || (mark === 'verified' && text === `This is ${id}.`)
      return { kind: isGood ? ('message' as const) : ('unreadable' as const), message: id }
    })
  recorder.note({ what: 'view', device: person.name, conversation: conversationOf(person.name, peer.name), lines })
}
