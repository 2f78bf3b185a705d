import { LIMITS } from '@chatnip/protocol'
import type { Messenger } from '@chatnip/sdk'
import { startTestServer } from '@chatnip/server/testing'
import type { TestServer } from '@chatnip/server/testing'
import { systemClock } from '../../../server/src/clock.ts'
import { startExpiry } from '../../../server/src/delivery/expiry.ts'
import type { Store } from '../../../server/src/store/store.ts'
import { online, Seat, talk, until } from '../../scenarios/people.ts'
import { conversationOf } from './device.ts'
import { Recorder } from './recorder.ts'

const DAY_MS = 86_400_000

/** The second is the control: the notices are thrown away before anybody gets them. */
type Manner = 'told' | 'not told'

/** Notices come in the senders' mailboxes like messages; nobody gets these. */
const withoutNotices = (store: Store): Store => ({
  ...store,
  expire: async (before, now, batch) => {
    const wakes = await store.expire(before, now, batch)
    for (const { mailbox, seq } of wakes) await store.acknowledge(mailbox, seq)
    return []
  },
})

/** Expiry over the server's own store and bus, with a clock that the test moves as time itself moves. */
function expiryOf({ services }: TestServer, manner: Manner) {
  let passed = 0
  const real = systemClock()
  const clock = { ...real, now: () => real.now() + passed, every: () => () => undefined }
  const store = manner === 'told' ? services.store : withoutNotices(services.store)
  const deps = { ...services, store, clock, steady: () => performance.now() + passed }
  const expiry = startExpiry(deps, LIMITS.retentionDays)
  return (days: number) => {
    passed += days * DAY_MS
    return expiry.run()
  }
}

const NAMES = ['ann', 'bob'] as const
const CONVERSATION = conversationOf(...NAMES)

function noteComposed(recorder: Recorder, messages: readonly string[]): void {
  for (const device of NAMES) recorder.note({ what: 'joined', device, account: device })
  for (const message of messages) {
    recorder.note({ what: 'composed', message, device: 'ann', conversation: CONVERSATION, accounts: NAMES })
    recorder.note({ what: 'accepted', message })
  }
}

/** What each of the two is shown, and what Ann is told of the end of hers. */
async function noteViews(recorder: Recorder, ann: Messenger, bob: Messenger): Promise<void> {
  for (const { id, state } of await talk(ann, 'bob'))
    if (state === 'expired') recorder.note({ what: 'ended', message: id, how: 'expired' })
  for (const [device, lines] of [
    ['ann', await talk(ann, 'bob')],
    ['bob', await talk(bob, 'ann')],
  ] as const) {
    const shown = lines
      .filter(({ place }) => place !== null)
      .map(({ id }) => ({ kind: 'message' as const, message: id }))
    recorder.note({ what: 'view', device, conversation: CONVERSATION, lines: shown })
  }
}

/** One tap on each: a new message in the old one's stead. @returns what Bob then gets, with the marks */
async function sendAgain(ann: Messenger, bob: Messenger): Promise<readonly string[]> {
  const expired = await talk(ann, 'bob')
  for (const { id } of expired) await ann.retry('bob', id)
  await until(bob, 'all of them', async () => (await talk(bob, 'ann')).length >= expired.length)
  return (await talk(bob, 'ann')).map(({ text, mark }) => `${text}: ${mark ?? 'none'}`)
}

/** Ann writes to Bob, who does not come for longer than the server keeps it. */
export async function expire(count: number, manner: Manner) {
  const server = await startTestServer()
  const recorder = new Recorder()
  const wait = expiryOf(server, manner)
  const [ann, bob] = [new Seat(server.address, 'ann'), new Seat(server.address, 'bob')]
  await Promise.all([ann.signUp(), bob.signUp()])
  const messenger = await ann.start()
  await online(messenger)
  await messenger.open('bob')
  const become = (wanted: string) =>
    until(messenger, `every message ${wanted}`, async () =>
      (await talk(messenger, 'bob')).every(({ state }) => state === wanted),
    )
  for (let n = 0; n < count; n++) await messenger.send('bob', `message ${n}`)
  await become('accepted')
  const messages = (await talk(messenger, 'bob')).map(({ id }) => id)
  noteComposed(recorder, messages)
  await wait(LIMITS.retentionDays - 1)
  await become('accepted')
  // The control's Ann is gone: the server would find for itself that there is something for her before it is thrown away, and her device would
  // give Bob again what he asks for (decision 0010).
  if (manner === 'not told') await ann.stop()
  await wait(2)
  if (manner === 'told') await become('expired')
  // His session is as old as the messages were.
  await bob.logIn()
  const later = await bob.start()
  await online(later)
  await noteViews(recorder, messenger, later)
  const again = manner === 'told' ? await sendAgain(messenger, later) : []
  await Promise.all([ann.stop(), bob.stop()])
  await server.stop()
  return { recorder, violations: recorder.verdict(), again }
}
