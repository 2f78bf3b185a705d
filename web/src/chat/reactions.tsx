import type { MessageView } from '@chatnip/sdk'
import { locale, t } from '../texts/index.ts'
import { sayName } from './acts.ts'
import type { MessageActs } from './acts.ts'

interface Props {
  readonly message: MessageView
  readonly own: string
  readonly tabStop: boolean
  readonly acts: MessageActs
}

/** By emoji, in the order in which each came first. */
const grouped = ({ reactions }: MessageView): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, readonly string[]>()
  for (const { emoji, by } of reactions) groups.set(emoji, [...(groups.get(emoji) ?? []), by])
  return groups
}

const namesOf = (people: readonly string[], own: string): string =>
  new Intl.ListFormat(locale.value).format(people.map((name) => sayName(name, own)))

/** What people think of a message. One's own is pressed; another press takes it back. */
export const Reactions = ({ message, own, tabStop, acts }: Props) => {
  const texts = t().acts
  if (message.reactions.length === 0) return null
  return (
    <fieldset class="reactions" aria-label={texts.reactions}>
      {[...grouped(message)].map(([emoji, people]) => (
        <button
          key={emoji}
          type="button"
          class="reaction"
          tabIndex={tabStop ? 0 : -1}
          aria-pressed={people.includes(own)}
          aria-label={texts.reactedBy(emoji, namesOf(people, own))}
          title={namesOf(people, own)}
          onClick={() => {
            acts.toggle(message, emoji).catch(() => undefined)
          }}
        >
          <span aria-hidden="true">{emoji}</span>
          {people.length > 1 && <span aria-hidden="true">{people.length}</span>}
        </button>
      ))}
    </fieldset>
  )
}
