import type { MessageView } from '@chatnip/sdk'

/** How one message is headed in the text file. */
export type HistoryHead = (date: string, from: string, to: string) => string

interface Options {
  readonly own: string
  readonly head: HistoryHead
  readonly date: (at: number) => string
}

const ends = (message: MessageView, own: string): readonly [from: string, to: string] =>
  message.own ? [own, message.conversation] : [message.conversation, own]

/** The history as a text that people can read, conversation by conversation. */
export const historyAsText = (messages: readonly MessageView[], { own, head, date }: Options): string =>
  messages.map((message) => `${head(date(message.at), ...ends(message, own))}\n${message.text}\n`).join('\n')

/** The history for programs: stable names, times in ISO 8601. */
export const historyAsJson = (messages: readonly MessageView[], own: string): string =>
  JSON.stringify(
    {
      format: 'chatnip history',
      version: 1,
      account: own,
      messages: messages.map((message) => {
        const [from, to] = ends(message, own)
        const { id, at, text, state, mark } = message
        return { id, from, to, at: new Date(at).toISOString(), text, state, mark }
      }),
    },
    null,
    2,
  )
