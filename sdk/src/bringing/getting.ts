import { LIMITS } from '@chatnip/protocol'
import { fetchBytes } from '../blobs/store.ts'
import type { Write } from '../engine/rows.ts'
import { openBundle } from './bundle.ts'
import type { Desk } from './desk.ts'
import { identityOf, merge } from './merge.ts'
import type { Brought } from './merge.ts'
import { readBundle } from './reading.ts'
import { wantWrite } from './rows.ts'
import type { WantRow } from './rows.ts'
import type { BringingBody, PartLink } from './words.ts'

/** The side of the new device. */

/** Several devices may offer; the one that has most is taken. */
const PICK_MS = 3_000
/** Who has not gone on for so long does not any more: whoever else is there is asked. */
const STALLED_MS = 600_000
const MOST_TRIES = 3

export function hearAsGetter({ clock }: Desk, want: WantRow, body: BringingBody): readonly Write[] {
  if (body.request !== want.request) return []
  const movedAt = clock.now()
  if (body.step === 'offer' && want.stage === 'asking') {
    const isBetter = want.best === null || body.count > want.best.count
    if (!isBetter) return []
    const best = { from: body.from, count: body.count }
    return [wantWrite({ ...want, best, movedAt: want.best === null ? movedAt : want.movedAt })]
  }
  if (want.stage !== 'getting' || !('from' in body) || body.from !== want.from) return []
  if (body.step === 'refuse') return [wantWrite({ ...want, stage: 'failed', reason: 'no room', said: true })]
  if (body.step !== 'part') return []
  // It did not hear that this one is here.
  if (body.n < want.next) return [wantWrite({ ...want, said: false })]
  if (body.n > want.next) return []
  const { n, blob, key, size, last } = body
  return [wantWrite({ ...want, part: { n, blob, key, size, last }, movedAt })]
}

/** @returns whether there may be more to do at once */
export async function getOn(desk: Desk, want: WantRow): Promise<boolean> {
  const { request, stage, since, best, said } = want
  const { clock, own } = desk
  if ((stage === 'stopped' || stage === 'failed') && !said) {
    await desk.say({ type: 'history', step: 'end', request })
    await desk.write(wantWrite({ ...want, said: true }))
  }
  if (stage === 'done' && !said) {
    await desk.say({ type: 'history', step: 'got', request, n: want.next - 1 })
    await desk.write(wantWrite({ ...want, said: true }))
  }
  if (stage === 'asking' && best !== null) return take(desk, want, best)
  if (stage === 'asking' && !said) {
    await desk.say({ type: 'history', step: 'ask', request, to: own.deviceId, since })
    await desk.write(wantWrite({ ...want, said: true }))
    return true
  }
  if (stage !== 'getting') return false
  if (want.part !== null) return fetchPart(desk, want, want.part)
  if (!said) {
    await desk.say(nextWord(want))
    await desk.write(wantWrite({ ...want, said: true }))
    return true
  }
  const left = want.movedAt + STALLED_MS - clock.now()
  if (left > 0 && left <= STALLED_MS) desk.lookIn(left)
  else await desk.write(wantWrite(anew(want, clock.now())))
  return left <= 0 || left > STALLED_MS
}

const anew = (want: WantRow, movedAt: number): WantRow => ({
  ...want,
  stage: 'asking',
  said: false,
  best: null,
  from: null,
  next: 1,
  part: null,
  tries: 0,
  movedAt,
})

async function take(desk: Desk, want: WantRow, best: NonNullable<WantRow['best']>): Promise<boolean> {
  const left = want.movedAt + PICK_MS - desk.clock.now()
  if (left > 0 && left <= PICK_MS) {
    desk.lookIn(left)
    return false
  }
  const { from, count: of } = best
  await desk.write(wantWrite({ ...want, stage: 'getting', from, of, said: false, movedAt: desk.clock.now() }))
  return true
}

function nextWord({ request, next, from, tries }: WantRow): BringingBody {
  if (tries > 0) return { type: 'history', step: 'again', request, n: next }
  if (next > 1) return { type: 'history', step: 'got', request, n: next - 1 }
  return { type: 'history', step: 'take', request, from: from ?? '' }
}

async function fetchPart(desk: Desk, want: WantRow, part: PartLink): Promise<boolean> {
  const { clock } = desk
  const brought = await openedPart(desk, want, part)
  if (brought === null) {
    const tries = want.tries + 1
    const isHopeless = tries >= MOST_TRIES
    const stage = isHopeless ? ({ stage: 'failed', reason: 'damaged' } as const) : {}
    await desk.write(wantWrite({ ...want, part: null, said: false, tries, ...stage }))
    return true
  }
  const count = brought.reduce((sum, { lines }) => sum + lines.length, 0)
  const after: WantRow = {
    ...want,
    part: null,
    tries: 0,
    said: false,
    next: want.next + 1,
    brought: want.brought + count,
    movedAt: clock.now(),
  }
  await putIn(desk, brought, part.last ? { ...after, stage: 'done' } : after)
  return true
}

/** @returns null when it is not there, or not what was announced. @throws NetworkError when it can be tried again */
async function openedPart(desk: Desk, want: WantRow, part: PartLink): Promise<readonly Brought[] | null> {
  const sealed =
    part.size > LIMITS.blobBytes ? null : await fetchBytes(desk.transport, part.blob, { from: 0, length: part.size })
  if (sealed === null) return null
  const about = { request: want.request, from: want.from ?? '', n: part.n, last: part.last }
  const bundle = readBundle(await openBundle(part.key, sealed, about), desk.own.username)
  if (bundle === null) return null
  return Promise.all(
    bundle.conversations.map(async ({ pinned, ...rest }): Promise<Brought> => {
      if (pinned === null) return { ...rest, pinned }
      return { ...rest, pinned: { ...(await desk.cipher.factsOf(pinned.publicKey)), since: pinned.since } }
    }),
  )
}

const LOOK_MS = 50

/** What is here already is looked up between two batches of the inbox, and the lines are put in before the next. */
async function putIn({ driver, vault, pause }: Desk, brought: readonly Brought[], want: WantRow): Promise<void> {
  const lines = brought.flatMap((one) => one.lines)
  for (;;) {
    const { batch, batches } = driver.state
    if (batch === null) {
      const has = new Set<string>()
      for (const line of lines) {
        const { id, sender } = line
        if ((await vault.get('ids', [sender.toLowerCase(), id])) !== null) has.add(identityOf(line))
      }
      const answer = await driver.call({
        type: 'apply',
        batches,
        change: (turn) => merge(turn, brought, { has, want }),
      })
      if (answer !== 'again') return
    }
    await pause(LOOK_MS)
  }
}
