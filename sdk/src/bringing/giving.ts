import { ChatnipError } from '@chatnip/protocol'
import { freshSecret } from '../blobs/secrets.ts'
import { deleteBlob, putOnServer } from '../blobs/store.ts'
import type { Write } from '../engine/rows.ts'
import type { Place } from '../messenger.ts'
import type { Desk } from './desk.ts'
import { pack, sealBundle, survey } from './bundle.ts'
import { giveWrite } from './rows.ts'
import type { GivenPart, GiveRow, WantRow } from './rows.ts'
import type { BringingBody } from './words.ts'

/** The side of a device that has the history. */

interface Situation {
  readonly gives: readonly GiveRow[]
  /** Of this device's own. */
  readonly want: WantRow | undefined
  /** Where it was said. */
  readonly place: Place
}

export function hearAsGiver({ own }: Desk, { gives, want, place }: Situation, body: BringingBody): readonly Write[] {
  const give = gives.find(({ request }) => request === body.request)
  if (body.step === 'ask') return hearQuestion({ own, gives, give, want, place }, body)
  if (give === undefined) return []
  const { request, part } = give
  switch (body.step) {
    case 'take':
      if (body.from !== own.deviceId) return [giveWrite(request, null)]
      return [giveWrite(request, { ...give, stage: 'giving', said: give.stage === 'giving' && give.said })]
    case 'got':
      if (part?.n !== body.n) return []
      if (part.last) return [giveWrite(request, null)]
      return [
        giveWrite(request, { ...give, next: part.n + 1, at: part.onward, part: null, said: false, old: part.blob }),
      ]
    case 'again':
      if (part?.n !== body.n) return []
      return [giveWrite(request, { ...give, part: null, said: false, old: part.blob })]
    case 'end':
      return [giveWrite(request, null)]
    case 'offer':
    case 'part':
    case 'refuse':
      return []
  }
}

type Question = Extract<BringingBody, { readonly step: 'ask' }>

function hearQuestion(
  { own, gives, give, want, place }: Situation & Pick<Desk, 'own'> & { readonly give: GiveRow | undefined },
  { request, to, since }: Question,
): readonly Write[] {
  // Whoever is still being given a history has none to give.
  const isNew = want?.stage === 'asking' || want?.stage === 'getting'
  if (to === own.deviceId || isNew) return []
  if (give !== undefined) {
    const again = { ...give, stage: 'offered', said: false, next: 1, at: null, part: null } as const
    return [giveWrite(request, { ...again, old: give.part?.blob ?? null })]
  }
  const others = gives.filter((one) => one.to === to).map((one) => giveWrite(one.request, null))
  const fresh = { role: 'give', request, to, since, upto: place, stage: 'offered', said: false } as const
  return [...others, giveWrite(request, { ...fresh, next: 1, at: null, part: null, old: null })]
}

/** @returns whether there may be more to do at once */
export async function giveOn(desk: Desk, give: GiveRow): Promise<boolean> {
  const { request, stage, said, part } = give
  const from = desk.own.deviceId
  const keep = (change: Partial<GiveRow>) => desk.write(giveWrite(request, { ...give, ...change }))
  if (give.old !== null) {
    await deleteBlob(desk.transport, give.old)
    await keep({ old: null })
    return true
  }
  if (stage === 'giving' && part === null) {
    await keep({ part: freshPart(desk, give.next), said: false })
    return true
  }
  if (stage === 'giving' && part !== null && part.size === null) return upload(desk, give, part)
  if (said) return false
  if (stage === 'offered') {
    const count = await survey(desk.vault, desk.driver.shown, give)
    await desk.say({ type: 'history', step: 'offer', request, from, count })
  } else if (part !== null && part.size !== null) {
    const { n, blob, key, size, last } = part
    await desk.say({ type: 'history', step: 'part', request, from, n, blob, key, size, last })
  }
  await keep({ said: true })
  return false
}

const freshPart = ({ random }: Desk, n: number): GivenPart => {
  return { n, blob: freshSecret(random), key: freshSecret(random), size: null, last: false, onward: null }
}

/** Packed anew in each try: what was begun under this id may have been another size. */
async function upload(desk: Desk, give: GiveRow, part: GivenPart): Promise<boolean> {
  const { request } = give
  const from = desk.own.deviceId
  const { bundle, onward } = await pack(desk.vault, desk.driver.shown, give, give.at)
  const last = onward === null
  const sealed = await sealBundle(part.key, bundle, { request, from, n: part.n, last })
  try {
    await putOnServer(desk.transport, part.blob, sealed)
  } catch (error) {
    if (!(error instanceof ChatnipError)) throw error
    if (error.code === 'id_reused' || error.code === 'not_found') {
      await desk.write(giveWrite(request, { ...give, part: null, old: part.blob }))
      return true
    }
    if (error.code !== 'quota_full') throw error
    await desk.say({ type: 'history', step: 'refuse', request, from })
    await desk.write(giveWrite(request, null))
    return true
  }
  await desk.write(
    giveWrite(request, { ...give, part: { ...part, size: sealed.byteLength, last, onward }, said: false }),
  )
  return true
}

/** Before the row goes that knows of it. Without a line it goes by itself when its time is over. */
export async function forgetPart(desk: Desk, { part, old }: GiveRow): Promise<void> {
  for (const id of [part?.blob ?? null, old])
    if (id !== null) await deleteBlob(desk.transport, id).catch(() => undefined)
}
