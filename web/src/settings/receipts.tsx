import type { Chats } from '../state/chats.ts'
import { settingsTexts } from '../texts/settings.ts'
import { Section } from './section.tsx'
import { Switch } from './switch.tsx'

/** Whether this browser tells senders that it has their messages, and that they were read. */
export const Receipts = ({ chats }: { readonly chats: Chats }) => {
  const { receipts } = settingsTexts()
  const { messenger } = chats
  return (
    <Section title={receipts.title} lead={receipts.lead}>
      <Switch
        label={receipts.label}
        hint={receipts.without}
        isOn={chats.receipts}
        store={(on) => messenger.setReceipts(on)}
      />
      <Switch
        label={receipts.read}
        hint={receipts.withoutRead}
        disabled={!chats.receipts.value}
        isOn={chats.readReceipts}
        store={(on) => messenger.setReadReceipts(on)}
      />
    </Section>
  )
}
