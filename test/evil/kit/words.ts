import type { Connection, ContactView, Messenger, MessageView, NoticeView } from '@chatnip/sdk'
import { ERRORS } from '@chatnip/protocol'
import type { ErrorCode } from '@chatnip/protocol'
import { details as detailWords } from '../../../web/src/texts/en-details.ts'
import { en } from '../../../web/src/texts/en.ts'

/**
 * What a person is shown, as typed states in one line each. On the way each state is looked up in the app's texts as the app
 * does it: a state without words is an attack that nobody is told of, and throws.
 */

/** `verified: Hello` · `forged, id differs` · `own, accepted: Hello` · `own, failed (too_large): Hello` · `notice: key changed`. */
export async function lines(messenger: Messenger, conversation: string): Promise<readonly string[]> {
  const views = await messenger.messages(conversation)
  return views.map((view) => ('id' in view ? messageLine(view) : noticeLine(view, conversation)))
}

function messageLine(view: MessageView): string {
  if (view.own) return ownLine(view)
  const { mark, details, text } = view
  if (mark === null) throw new Error('A message of somebody else bears no mark.')
  said(en.chat.mark[mark], `the mark ${mark}`)
  said(detailWords.marks[mark], `the details of ${mark}`)
  if (mark !== 'forged') return `${mark}: ${text}`
  const reason = details?.reason ?? ''
  said(detailWords.reasons[reason], `the reason "${reason}"`)
  return text === '' ? `forged, ${reason}` : `forged, ${reason}, and yet shown: ${text}`
}

function ownLine({ state, refusal, text }: MessageView): string {
  if (state === null) throw new Error('An own message has no state.')
  said(en.chat.state[state], `the state ${state}`)
  if (refusal === null) return `own, ${state}: ${text}`
  said(isCode(refusal) ? en.errors[refusal] : undefined, `the refusal ${refusal}`)
  return `own, ${state} (${refusal}): ${text}`
}

function noticeLine(view: NoticeView, conversation: string): string {
  const { kind } = view
  if (kind === 'missing') {
    said(en.chat.missing(view.count, view.from), 'what is missing')
    said(en.chat.missingWhy[view.state], `missing and ${view.state}`)
    return `notice: ${view.count} missing, ${view.state}`
  }
  if (kind === 'group') return `notice: ${view.news.type} by ${view.by}`
  if (kind !== 'key changed') {
    said(kind === 'ended' ? en.fading.ended(conversation) : en.fading.title, `the notice ${kind}`)
    return `notice: ${kind}`
  }
  said({ 'key changed': en.chat.keyChanged(conversation) }[kind], `the notice ${kind}`)
  said(en.chat.keyChangedWhy, 'why a key changes')
  return `notice: ${kind}`
}

/** What stands beside a contact's name: `Encrypted`, `New key` …, and whether sending waits for the person. */
export function trust(contact: ContactView | null): string {
  if (contact === null) throw new Error('There is no such contact.')
  const { trust: words } = en.chat
  if (contact.mustConfirm) return `${words.changed}. ${en.chat.mustConfirm}`
  if (contact.keyChanged) return words.changed
  if (!contact.canSeal) return words.plain
  return contact.compared ? words.compared : words.same
}

/** What the status line says; empty while all is well. */
export function status(connection: Connection): string {
  const { status: words } = en
  const { connecting, offline, signedOut, damaged } = words
  return { online: '', connecting, offline, 'signed out': signedOut, damaged }[connection]
}

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code)

function said(words: string | undefined, what: string): void {
  if (words === undefined || words.trim() === '') throw new Error(`The app has no words for ${what}.`)
}
