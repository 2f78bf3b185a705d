import { onBeginTimer, onClaimed } from './begin.ts'
import type { Event } from './events.ts'
import { groupPart } from './part.ts'
import { advanceInbox, startBatch } from './inbox.ts'
import { pump } from './outbox.ts'
import { lookAfterStock, onStocked, stockIsDue } from './stock.ts'
import { patch } from './turn.ts'
import type { Turn } from './turn.ts'

type GroupEvent = Extract<
  Event,
  {
    readonly type: 'claimed' | 'begun' | 'proposed' | 'adopted' | 'stocked' | 'stepped' | 'handshake stored'
  }
>

/** What comes of the steps of groups, and what can go on then. */
export function onGroupEvent(turn: Turn, event: GroupEvent): void {
  take(turn, event)
  goOn(turn)
}

function take(turn: Turn, event: GroupEvent): void {
  switch (event.type) {
    case 'claimed':
      return event.for === 'wish' ? groupPart()?.onClaimedForWish(turn, event) : onClaimed(turn, event)
    case 'begun':
      return groupPart()?.onBegun(turn, event)
    case 'proposed':
      return groupPart()?.onProposed(turn, event)
    case 'adopted':
      return groupPart()?.onAdopted(turn, event)
    case 'stocked':
      return onStocked(turn, event)
    case 'stepped':
      return patch(turn, { isStepping: false })
    case 'handshake stored':
      return groupPart()?.onHandshakeStored(turn, event.group)
  }
}

/** What has come goes before what is to be sent: a message sealed behind somebody's commit is refused. */
export function goOn(turn: Turn): void {
  advanceInbox(turn)
  startBatch(turn)
  pump(turn)
  lookAfterStock(turn)
}

/** Behind every commit of the inbox: what was asked for there, or waited for it. */
export function goOnInMany(turn: Turn): void {
  const isWished = [...turn.state.peers.values()].some(({ many }) => (many?.wishes.length ?? 0) > 0)
  const isAccepted = [...turn.state.groups.values()].some(({ stage }) => stage === 'accepted')
  if (isWished || isAccepted) goOn(turn)
}

/** @returns whether the timer was a group's */
export function onGroupedTimer(turn: Turn, name: string): boolean {
  const [kind] = name.split(' ')
  if (kind === 'begin') onBeginTimer(turn, name)
  else if (kind === 'afresh') groupPart()?.onAfreshTimer(turn, name)
  else if (kind === 'group') groupPart()?.onGroupTimer(turn, name)
  else if (kind === 'behind') groupPart()?.onBehindTimer(turn, name)
  else if (kind === 'adopt') groupPart()?.onAdoptTimer(turn, name)
  else if (kind === 'claim') groupPart()?.onClaimTimer(turn, name)
  else if (kind === 'tidy') groupPart()?.onTidyTimer(turn, name)
  else if (name === 'greet') groupPart()?.onGreetTimer(turn)
  else if (name === 'stock') stockIsDue(turn)
  else if (name === 'own key') groupPart()?.onOwnKeyTimer(turn)
  else return false
  goOn(turn)
  return true
}
