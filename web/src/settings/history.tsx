import { useSignal } from '@preact/signals'
import { BusyButton } from '../components/busy-button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { saveFile } from '../device/save-file.ts'
import { historyAsJson, historyAsText } from '../format/history.ts'
import { fullTime } from '../format/time.ts'
import type { Chats } from '../state/chats.ts'
import { locale, t } from '../texts/index.ts'
import { settingsTexts } from '../texts/settings.ts'
import { Keeping } from './keeping.tsx'
import { Section } from './section.tsx'

const today = (): string => new Date().toISOString().slice(0, 10)

const useSave = (chats: Chats, kind: 'txt' | 'json') => {
  const saved = useSignal<number | null>(null)
  const action = useAction(async () => {
    const texts = settingsTexts().history
    saved.value = null
    const messages = await chats.messenger.exportHistory()
    saved.value = messages.length
    if (messages.length === 0) return
    const own = chats.messenger.profile.username
    const date = (at: number) => fullTime(locale.value, at)
    const text =
      kind === 'txt'
        ? historyAsText(messages, { own, head: texts.textLine, date, words: t().acts })
        : historyAsJson(messages, own)
    saveFile(`${texts.fileName}-${own}-${today()}.${kind}`, kind === 'txt' ? 'text/plain' : 'application/json', text)
  })
  return { saved, action }
}

/** What lies in this browser: save it, or delete it. */
export const History = ({ chats }: { readonly chats: Chats }) => {
  const { errors } = t()
  const settings = settingsTexts()
  const texts = settings.history
  const asking = useSignal(false)
  const removed = useSignal(false)
  const text = useSave(chats, 'txt')
  const json = useSave(chats, 'json')
  const saved = text.saved.value ?? json.saved.value
  const problem = text.action.problem.value ?? json.action.problem.value
  return (
    <Section title={texts.title}>
      <Keeping />
      <div class="row">
        <BusyButton busy={text.action.busy.value} kind="plain" onPress={text.action.run}>
          {texts.saveText}
        </BusyButton>
        <BusyButton busy={json.action.busy.value} kind="plain" onPress={json.action.run}>
          {texts.saveJson}
        </BusyButton>
        <button type="button" class="button danger" onClick={() => (asking.value = true)}>
          {texts.remove}
        </button>
      </div>
      {saved !== null && !removed.value && <Said>{saved === 0 ? texts.nothing : texts.saved(saved)}</Said>}
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      {removed.value && <Said>{texts.removed}</Said>}
      {asking.value && (
        <ConfirmDialog
          title={texts.question}
          confirm={texts.remove}
          onConfirm={async () => {
            await chats.messenger.deleteHistory()
            removed.value = true
          }}
          onClose={() => (asking.value = false)}
        >
          <p>{texts.text}</p>
        </ConfirmDialog>
      )}
    </Section>
  )
}
