import { useEffect } from 'preact/hooks'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { ChatHead } from './chat-head.tsx'

/** An address of a conversation that is not here yet: looks for the name, then goes on. */
export const FindChat = ({ chats, name }: { readonly chats: Chats; readonly name: string }) => {
  const texts = t()
  const search = useAction(async () => {
    const found = await chats.messenger.open(name)
    if (found !== name) navigate({ page: 'chat', name: found }, { replace: true })
  })
  /** A page that was just loaded is not connected yet: the search begins again when it is. */
  const connection = chats.connection.value
  useEffect(() => {
    if (connection !== 'connecting') search.run()
  }, [name, connection])
  const problem = connection === 'connecting' ? null : search.problem.value
  return (
    <section class="chat" aria-label={name}>
      <ChatHead name={name} title={name} back={{ page: 'chats' }} focus />
      <div />
      <div class="empty">
        {problem === null ? (
          <output class="late">{texts.chat.searching(name)}</output>
        ) : (
          <>
            <Said kind="bad">{texts.errors[problem]}</Said>
            <button type="button" class="button" onClick={search.run}>
              {texts.common.tryAgain}
            </button>
          </>
        )}
      </div>
    </section>
  )
}
