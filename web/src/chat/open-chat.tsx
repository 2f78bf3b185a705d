import { useSignal } from '@preact/signals'
import { useId } from 'preact/hooks'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'

/** Opens the conversation with anybody by name. */
export const OpenChat = ({ chats }: { readonly chats: Chats }) => {
  const texts = t()
  const id = useId()
  const typed = useSignal('')
  const search = useAction(async () => {
    const name = typed.value.trim()
    if (name === '') return
    const found = await chats.open(name)
    typed.value = ''
    navigate({ page: 'chat', name: found })
  })
  const problem = search.problem.value
  return (
    <search class="open-chat">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          search.run()
        }}
      >
        <label class="hidden" for={id}>
          {texts.chats.openLabel}
        </label>
        <input
          id={id}
          class="input"
          type="text"
          autocomplete="off"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          maxLength={32}
          placeholder={texts.chats.openLabel}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-error`}
          value={typed.value}
          onInput={(event) => {
            typed.value = event.currentTarget.value
            search.clear()
          }}
        />
        <button type="submit" class="button" aria-disabled={search.busy.value}>
          {texts.chats.openButton}
        </button>
        {problem !== null && (
          <p class="error" id={`${id}-error`} role="alert">
            {texts.errors[problem]}
          </p>
        )}
      </form>
    </search>
  )
}
