import { excerpt } from '@chatnip/sdk'
import type { Found, MessageView } from '@chatnip/sdk'
import { useId } from 'preact/hooks'
import { ChatAvatar } from '../chat/chat-avatar.tsx'
import { titleOf } from '../chat/titles.ts'
import { Dialog } from '../components/dialog.tsx'
import { optionId, Options, useChoosing } from '../components/options.tsx'
import type { Choosing } from '../components/options.tsx'
import { keyOf } from '../format/lines.ts'
import { listTime } from '../format/time.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { target } from '../state/target.ts'
import { locale, t } from '../texts/index.ts'
import { hitKey, useSearch } from './use-search.ts'
import type { Searching } from './use-search.ts'

interface Props {
  readonly chats: Chats
  /** Whose conversation is open, if any. */
  readonly current: string | null
  readonly onClose: () => void
}

interface HitProps {
  readonly chats: Chats
  readonly hit: MessageView
  readonly query: string
  readonly own: string
}

const Hit = ({ chats, hit, query, own }: HitProps) => {
  const isNote = hit.conversation === own
  return (
    <>
      <ChatAvatar chats={chats} name={hit.conversation} />
      <span class="hit">
        <span class="hit-head">
          <span class="name">{titleOf(chats, hit.conversation)}</span>
          <time dateTime={new Date(hit.at).toISOString()}>{listTime(locale.value, hit.at, Date.now())}</time>
        </span>
        <span class="hit-text" dir="auto">
          {hit.own && !isNote && `${t().chats.you} `}
          {excerpt(hit.text, query).map(({ text, isHit }, at) => (isHit ? <mark key={at}>{text}</mark> : text))}
        </span>
      </span>
    </>
  )
}

/** Read out politely: how many there are, or why there are none. */
const said = (found: Found | null): string => {
  const { search } = t()
  if (found === null) return search.hint
  if (found.hits.length > 0) return search.count(found.hits.length, found.more)
  return found.isComplete ? search.none : search.noneYet
}

interface FieldProps {
  readonly id: string
  readonly searching: Searching
  readonly choosing: Choosing<MessageView>
  readonly isOpen: boolean
}

const Field = ({ id, searching, choosing, isOpen }: FieldProps) => {
  const { search: texts } = t()
  const { chosen } = choosing
  return (
    <input
      class="input"
      type="text"
      role="combobox"
      aria-label={texts.label}
      aria-expanded={isOpen}
      aria-controls={id}
      aria-autocomplete="list"
      aria-activedescendant={chosen === undefined ? undefined : optionId(id, hitKey(chosen))}
      autocomplete="off"
      autocapitalize="none"
      enterkeyhint="search"
      maxLength={200}
      value={searching.typed.value}
      placeholder={texts.label}
      onInput={(event) => {
        choosing.reset()
        searching.write(event.currentTarget.value)
      }}
      onKeyDown={choosing.onKeyDown}
    />
  )
}

interface OnlyProps {
  readonly label: string
  readonly searching: Searching
  readonly choosing: Choosing<MessageView>
}

const Only = ({ label, searching, choosing }: OnlyProps) => (
  <label class="switch">
    <input
      type="checkbox"
      checked={searching.only.value}
      onChange={(event) => {
        choosing.reset()
        searching.only.value = event.currentTarget.checked
      }}
    />
    {label}
  </label>
)

/** Finds messages by their words, and leads to them. */
export const Search = ({ chats, current, onClose }: Props) => {
  const { search: texts } = t()
  const id = useId()
  const own = chats.messenger.profile.username
  const searching = useSearch(chats.messenger, current)
  const { found = null, query = '' } = searching.answer.value ?? {}
  const hits = found?.hits ?? []
  const choosing = useChoosing(hits)
  const take = () => {
    const { chosen } = choosing
    if (chosen === undefined || chosen.place === null) return
    target.value = { name: chosen.conversation, place: chosen.place, key: keyOf(chosen) }
    onClose()
    navigate({ page: 'chat', name: chosen.conversation })
  }
  const onSubmit = (event: Event) => {
    event.preventDefault()
    take()
  }
  return (
    <Dialog title={texts.title} onClose={onClose}>
      <form class="stack tight search" onSubmit={onSubmit}>
        <Field id={id} searching={searching} choosing={choosing} isOpen={hits.length > 0} />
        {current !== null && (
          <Only
            label={current === own ? texts.onlyNotes : texts.onlyHere(titleOf(chats, current))}
            searching={searching}
            choosing={choosing}
          />
        )}
        <output class="hint">{said(found)}</output>
        {found?.isDamaged === true && <p class="hint">{texts.damaged}</p>}
        <Options id={id} label={texts.hits} options={hits} choosing={choosing} keyOf={hitKey} onTake={take}>
          {(hit) => <Hit chats={chats} hit={hit} query={query} own={own} />}
        </Options>
        {found?.more === true && (
          <button type="button" class="link" onClick={searching.showMore}>
            {texts.more}
          </button>
        )}
      </form>
    </Dialog>
  )
}
