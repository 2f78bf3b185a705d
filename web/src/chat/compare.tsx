import { useSignal } from '@preact/signals'
import type { ContactView, SafetyNumber } from '@chatnip/sdk'
import { useEffect } from 'preact/hooks'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { fullDate } from '../format/time.ts'
import type { Chats } from '../state/chats.ts'
import { compareTexts } from '../texts/compare.ts'
import { detailsTexts } from '../texts/details.ts'
import { locale, t } from '../texts/index.ts'
import { ChatHead } from './chat-head.tsx'
import { QrCode } from './qr-code.tsx'

interface Props {
  readonly chats: Chats
  readonly name: string
}

const groupsOf = (digits: string): readonly string[] => digits.replaceAll(/\D/gu, '').match(/.{1,5}/gu) ?? []

const Number = ({ number }: { readonly number: SafetyNumber }) => {
  const compare = compareTexts()
  const groups = groupsOf(number.digits)
  return (
    <>
      <ol class="digits" aria-label={compare.digits} translate={false}>
        {groups.map((group, index) => (
          <li key={index}>{group}</li>
        ))}
      </ol>
      <QrCode text={number.scan} label={compare.qr} />
    </>
  )
}

const Keys = ({ chats, contact }: { readonly chats: Chats; readonly contact: ContactView }) => {
  const compare = compareTexts()
  return (
    <dl class="facts small">
      <dt>{detailsTexts().secrecy}</dt>
      <dd>{contact.hasForwardSecrecy ? compare.secrecy.held : compare.secrecy.notYet}</dd>
      <dt>{compare.theirs(contact.name)}</dt>
      <dd class="mono">
        {contact.fingerprint}
        {contact.knownSince !== null && <p class="hint">{compare.since(fullDate(locale.value, contact.knownSince))}</p>}
      </dd>
      <dt>{compare.yours}</dt>
      <dd class="mono">{chats.messenger.profile.fingerprint}</dd>
    </dl>
  )
}

interface VerdictProps {
  readonly chats: Chats
  readonly contact: ContactView
  /** What the person is looking at. */
  readonly digits: string
  /** That is not the number of the present key any more. */
  readonly onOutdated: () => void
}

const Verdict = ({ chats, contact, digits, onOutdated }: VerdictProps) => {
  const { errors } = t()
  const compare = compareTexts()
  const { messenger } = chats
  const justNow = useSignal(false)
  const outdated = useSignal(false)
  const mark = useAction(async () => {
    /** Whoever finds the numbers of a changed key to be the same has confirmed that key. */
    justNow.value = await messenger.setCompared(contact.name, true, digits)
    outdated.value = !justNow.value
    if (outdated.value) onOutdated()
  })
  const unmark = useAction(async () => {
    await messenger.setCompared(contact.name, false)
  })
  const problem = mark.problem.value ?? unmark.problem.value
  const done = contact.compared && !contact.keyChanged
  return (
    <>
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      {outdated.value && <Said kind="warn">{compare.outdated}</Said>}
      {done ? (
        <>
          <Said>
            {compare.marked(contact.name)} {justNow.value && compare.markedNow}
          </Said>
          <button type="button" class="link" onClick={unmark.run}>
            {compare.unmark}
          </button>
        </>
      ) : (
        <button type="button" class="button main wide" onClick={mark.run}>
          {compare.same}
        </button>
      )}
      <p class="hint">{compare.differ}</p>
    </>
  )
}

/** Two people look at the same sixty digits, or scan them, and know that nobody stands between them. */
export const Compare = ({ chats, name }: Props) => {
  const { chat, errors } = t()
  const compare = compareTexts()
  const contact = chats.contact(name)
  const number = useSignal<SafetyNumber | null>(null)
  const load = useAction(async () => {
    number.value = await chats.messenger.safetyNumber(name)
  })
  const canCompare = contact?.canSeal === true
  useEffect(() => {
    if (canCompare) load.run()
  }, [name, canCompare, contact?.fingerprint, contact?.keyChanged])
  const problem = load.problem.value
  return (
    <section class="chat" aria-label={compare.title(name)}>
      <ChatHead name={name} title={compare.title(name)} back={{ page: 'chat', name }} focus backAlways />
      <div />
      <div class="compare">
        <div class="stack">
          {!canCompare && <p>{compare.unavailable(name)}</p>}
          {contact?.keyChanged === true && (
            <Said kind="warn">
              {chat.keyChanged(name)} {chat.keyChangedWhy}
            </Said>
          )}
          {canCompare && <p>{compare.lead(name)}</p>}
          {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
          {canCompare && number.value !== null && (
            <>
              <Number number={number.value} />
              <Verdict chats={chats} contact={contact} digits={number.value.digits} onOutdated={load.run} />
              <Keys chats={chats} contact={contact} />
            </>
          )}
        </div>
      </div>
    </section>
  )
}
