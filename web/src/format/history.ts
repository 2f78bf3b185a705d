import type { MessageView } from '@chatnip/sdk'

/** How one message is headed in the text file. */
export type HistoryHead = (date: string, from: string, to: string) => string

interface Options {
  readonly own: string
  readonly head: HistoryHead
  readonly date: (at: number) => string
  readonly words: HistoryWords
}

/** How the text file tells of what was done to a message. */
export interface HistoryWords {
  readonly deleted: string
  readonly inText: { readonly answer: (name: string, text: string) => string; readonly edited: string }
}

/** The words of a message, what it answers above them, and what people think of it below. */
const wordsOf = ({ text, files, deleted, edited, quote, reactions }: MessageView, words: HistoryWords): string =>
  [
    ...(quote === null
      ? []
      : [words.inText.answer(quote.sender, quote.state === 'deleted' ? words.deleted : quote.text)]),
    ...(deleted ? [words.deleted] : text === '' && files.length > 0 ? [] : [text]),
    ...files.map(({ name }) => `📎 ${name}`),
    ...(edited === null ? [] : [words.inText.edited]),
    ...reactions.map(({ by, emoji }) => `${emoji} ${by}`),
  ].join('\n')

const ends = (message: MessageView, own: string): readonly [from: string, to: string] =>
  message.own ? [own, message.conversation] : [message.conversation, own]

/** The history as a text that people can read, conversation by conversation. */
export const historyAsText = (messages: readonly MessageView[], { own, head, date, words }: Options): string =>
  messages
    .filter(({ act }) => act === null)
    .map((message) => `${head(date(message.at), ...ends(message, own))}\n${wordsOf(message, words)}\n`)
    .join('\n')

/** The history for programs: stable names, times in ISO 8601. */
export const historyAsJson = (messages: readonly MessageView[], own: string): string =>
  JSON.stringify(
    {
      format: 'chatnip history',
      version: 1,
      account: own,
      messages: messages
        .filter(({ act }) => act === null)
        .map((message) => {
          const [from, to] = ends(message, own)
          const { id, at, text, state, mark, deleted, edited, quote: re, reactions } = message
          const files = message.files.map(({ name, type, size }) => ({ name, type, size }))
          const isoEdited = edited === null ? null : new Date(edited).toISOString()
          const done = { deleted, edited: isoEdited, re, reactions, files }
          return { id, from, to, at: new Date(at).toISOString(), text, state, mark, ...done }
        }),
    },
    null,
    2,
  )
