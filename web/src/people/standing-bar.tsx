import { useSignal } from '@preact/signals'
import { BusyButton } from '../components/busy-button.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { navigate } from '../router.ts'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { peopleTexts } from '../texts/people.ts'
import { BlockDialog } from './block-dialog.tsx'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly standing: 'asks' | 'blocked'
}

/** A stranger waits for an answer. */
const Asking = ({ chats, name }: Omit<Props, 'standing'>) => {
  const texts = peopleTexts()
  const blocking = useSignal(false)
  const { messenger } = chats
  const accept = useAction(() => messenger.decide(name, 'accepted'))
  /** Away first: the page of a conversation that is gone would look for its name. */
  const leave = (standing: 'deleted' | 'blocked') => {
    navigate({ page: 'chats' }, { replace: true })
    return messenger.decide(name, standing)
  }
  const remove = useAction(() => leave('deleted'))
  const problem = accept.problem.value ?? remove.problem.value
  return (
    <section class="standing stack tight" aria-label={texts.askTitle(name)}>
      <p>
        <strong>{texts.askTitle(name)}</strong> <span class="muted">{texts.askLead(name)}</span>
      </p>
      {problem !== null && <Said kind="bad">{t().errors[problem]}</Said>}
      <div class="row">
        <BusyButton busy={accept.busy.value} onPress={accept.run}>
          {texts.accept}
        </BusyButton>
        <BusyButton busy={remove.busy.value} kind="plain" onPress={remove.run}>
          {texts.remove}
        </BusyButton>
        <button type="button" class="button danger" onClick={() => (blocking.value = true)}>
          {texts.block}
        </button>
      </div>
      {blocking.value && (
        <BlockDialog
          name={name}
          isRequest
          onConfirm={() => leave('blocked')}
          onClose={() => (blocking.value = false)}
        />
      )}
    </section>
  )
}

const Dropped = ({ chats, name }: Omit<Props, 'standing'>) => {
  const texts = peopleTexts()
  const unblock = useAction(() => chats.messenger.decide(name, 'accepted'))
  const problem = unblock.problem.value
  return (
    <section class="standing stack tight" aria-label={texts.blockedTitle}>
      <p>{texts.blocked(name)}</p>
      {problem !== null && <Said kind="bad">{t().errors[problem]}</Said>}
      <div class="row">
        <BusyButton busy={unblock.busy.value} kind="plain" onPress={unblock.run}>
          {texts.unblock}
        </BusyButton>
      </div>
    </section>
  )
}

/** In place of the field to write in, where somebody must decide first. */
export const StandingBar = ({ standing, ...props }: Props) =>
  standing === 'asks' ? <Asking {...props} /> : <Dropped {...props} />
