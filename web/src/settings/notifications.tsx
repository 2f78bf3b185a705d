import { computed, useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { BusyButton } from '../components/busy-button.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { browserTransport } from '../device/transport.ts'
import { choice, FIRST, keepChoice } from '../notify/choice.ts'
import type { Choice } from '../notify/choice.ts'
import { ability, askPermission, readReach, subscribe, switchOff } from '../notify/subscribe.ts'
import type { Reach } from '../notify/subscribe.ts'
import { beginNotices, sayNotice } from '../state/notices.ts'
import { t } from '../texts/index.ts'
import type { NotifyTexts } from '../texts/en-notify.ts'
import { notifyTexts } from '../texts/notify.ts'
import { Section } from './section.tsx'
import { Switch } from './switch.tsx'

interface Props {
  readonly texts: NotifyTexts
  /** Null: not asked yet since this page was opened. */
  readonly reach: Signal<Reach | null>
}

const withText = computed(() => choice.value?.withText ?? FIRST.withText)
const sound = computed(() => choice.value?.sound ?? FIRST.sound)

const change = (next: Partial<Choice>): Promise<void> => {
  keepChoice({ ...(choice.value ?? FIRST), ...next })
  return Promise.resolve()
}

const Off = ({ texts, reach }: Props) => {
  const isDenied = useSignal(false)
  const action = useAction(async () => {
    isDenied.value = !(await askPermission())
    if (isDenied.value) return
    const found = await subscribe()
    keepChoice(FIRST)
    reach.value = found
    await beginNotices()
  })
  const problem = action.problem.value
  return (
    <>
      <div class="row">
        <BusyButton busy={action.busy.value} kind="plain" onPress={action.run}>
          {texts.switchOn}
        </BusyButton>
      </div>
      {isDenied.value && <Said kind="bad">{texts.denied}</Said>}
      {problem !== null && <Said kind="bad">{t().errors[problem]}</Said>}
    </>
  )
}

const On = ({ texts, reach }: Props) => {
  const tested = useSignal(false)
  const trial = useAction(async () => {
    await sayNotice('trial')
    const { pushed } = await browserTransport.call('test_push', {})
    const { sound: isLoud } = choice.value ?? FIRST
    if (!pushed) await sayNotice({ kind: 'notice', ...texts.shown, tag: 'new', path: '/chats', sound: isLoud })
    tested.value = true
  })
  const off = useAction(switchOff)
  useEffect(() => {
    void readReach().then((found) => (reach.value ??= found))
  }, [reach])
  const problem = trial.problem.value ?? off.problem.value
  return (
    <>
      {reach.value === 'asleep' && <Said kind="good">{texts.asleep}</Said>}
      {reach.value === 'open' && <p>{texts.open}</p>}
      <Switch
        label={texts.withText}
        hint={texts.withTextHint}
        isOn={withText}
        store={(on) => change({ withText: on })}
      />
      <Switch label={texts.sound} hint={texts.soundHint} isOn={sound} store={(on) => change({ sound: on })} />
      <p class="hint">{texts.maker}</p>
      <p class="hint">{texts.asleepHint}</p>
      <div class="row">
        <BusyButton busy={trial.busy.value} kind="plain" onPress={trial.run}>
          {texts.test}
        </BusyButton>
        <BusyButton busy={off.busy.value} kind="plain" onPress={off.run}>
          {texts.switchOff}
        </BusyButton>
      </div>
      {tested.value && <Said kind="good">{texts.tested}</Said>}
      {problem !== null && <Said kind="bad">{t().errors[problem]}</Said>}
    </>
  )
}

/** Whether this browser calls somebody, and what it says then. */
export const Notifications = () => {
  const texts = notifyTexts()
  const reach = useSignal<Reach | null>(null)
  const able = ability()
  return (
    <Section title={texts.title} lead={texts.lead}>
      {able === 'none' && <p>{texts.none}</p>}
      {able === 'install' && <p>{texts.install}</p>}
      {able === 'able' && choice.value === null && <Off texts={texts} reach={reach} />}
      {able === 'able' && choice.value !== null && <On texts={texts} reach={reach} />}
    </Section>
  )
}
