import { useSignal } from '@preact/signals'
import { BusyButton } from '../components/busy-button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { duration, fullTime } from '../format/time.ts'
import type { Chats } from '../state/chats.ts'
import { locale, t } from '../texts/index.ts'
import { peopleTexts } from '../texts/people.ts'
import { BlockDialog } from './block-dialog.tsx'
import { blockedIn } from './standing.ts'

interface Props {
  readonly chats: Chats
  readonly name: string
  readonly title: string
  /** An account, and no group. */
  readonly isPerson: boolean
  readonly onClose: () => void
}

/** An hour, eight hours, a week: in seconds. */
const SPANS = [3_600, 28_800, 604_800] as const

type Muting = 'as it is' | 'on' | 'always' | (typeof SPANS)[number]

const untilOf = (choice: Muting, now: number): number | 'always' => {
  if (choice === 'always') return choice
  return typeof choice === 'number' ? now + choice * 1000 : 0
}

/** Until when it is quiet, chosen by how long from now. */
const Mute = ({ chats, name, onClose }: Omit<Props, 'title' | 'isPerson'>) => {
  const texts = peopleTexts()
  const { errors } = t()
  const until = chats.conversations.value.find((one) => one.name === name)?.mutedUntil ?? 0
  const isQuiet = until === 'always' || until > Date.now()
  const now = until === 'always' ? until : isQuiet ? 'as it is' : 'on'
  const chosen = useSignal<Muting>(now)
  const save = useAction(async () => {
    const choice = chosen.peek()
    if (choice !== 'as it is') await chats.messenger.mute(name, untilOf(choice, Date.now()))
    onClose()
  })
  const choices: readonly (readonly [Muting, string])[] = [
    ['on', texts.on],
    ...(now === 'as it is' && until !== 'always'
      ? [[now, texts.mutedUntil(fullTime(locale.value, until))] as const]
      : []),
    ...SPANS.map((span) => [span, texts.muteFor(duration(locale.value, span))] as const),
    ['always', texts.muteAlways],
  ]
  const problem = save.problem.value
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault()
        save.run()
      }}
    >
      <fieldset class="choices">
        <legend>{texts.muteTitle}</legend>
        {choices.map(([value, label]) => (
          <label key={value} class="switch">
            <input type="radio" name="mute" checked={chosen.value === value} onChange={() => (chosen.value = value)} />
            {label}
          </label>
        ))}
      </fieldset>
      <p class="hint">{texts.muteLead}</p>
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      <div class="row end">
        <BusyButton busy={save.busy.value}>{texts.save}</BusyButton>
      </div>
    </form>
  )
}

/** What can be decided about a conversation: its noise, and whether its other side is heard at all. */
export const ConversationDialog = ({ chats, name, title, isPerson, onClose }: Props) => {
  const texts = peopleTexts()
  const blocking = useSignal(false)
  const isBlocked = blockedIn(chats).includes(name)
  return (
    <Dialog title={title} onClose={onClose}>
      <Mute chats={chats} name={name} onClose={onClose} />
      {isPerson && !isBlocked && (
        <div class="row">
          <button type="button" class="button danger" onClick={() => (blocking.value = true)}>
            {texts.block}
          </button>
        </div>
      )}
      {blocking.value && (
        <BlockDialog
          name={name}
          isRequest={false}
          onConfirm={async () => {
            await chats.messenger.decide(name, 'blocked')
            onClose()
          }}
          onClose={() => (blocking.value = false)}
        />
      )}
    </Dialog>
  )
}
