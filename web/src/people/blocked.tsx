import { BusyButton } from '../components/busy-button.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { Section } from '../settings/section.tsx'
import type { Chats } from '../state/chats.ts'
import { t } from '../texts/index.ts'
import { blockedIn } from './standing.ts'
import { peopleTexts } from '../texts/people.ts'

const Row = ({ chats, name }: { readonly chats: Chats; readonly name: string }) => {
  const texts = peopleTexts()
  const unblock = useAction(() => chats.messenger.decide(name, 'accepted'))
  const problem = unblock.problem.value
  return (
    <li class="row">
      <span>{name}</span>
      <BusyButton busy={unblock.busy.value} kind="plain" onPress={unblock.run}>
        <span aria-hidden="true">{texts.unblock}</span>
        <span class="hidden">{texts.unblockName(name)}</span>
      </BusyButton>
      {problem !== null && <Said kind="bad">{t().errors[problem]}</Said>}
    </li>
  )
}

/** Of whom nothing is taken, and the way back. */
export const Blocked = ({ chats }: { readonly chats: Chats }) => {
  const texts = peopleTexts()
  const names = blockedIn(chats)
  return (
    <Section title={texts.blockedTitle} lead={names.length === 0 ? texts.nobodyBlocked : texts.blockedLead}>
      {names.length > 0 && (
        <ul class="blocked stack tight">
          {names.map((name) => (
            <Row key={name} chats={chats} name={name} />
          ))}
        </ul>
      )}
    </Section>
  )
}
