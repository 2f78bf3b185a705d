import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { QrCode } from '../chat/qr-code.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Said } from '../components/said.tsx'
import { TextField } from '../components/text-field.tsx'
import { invitationLink } from '../format/invitation.ts'
import type { Chats } from '../state/chats.ts'
import { fetchServerInfo } from '../state/flows.ts'
import type { ServerInfo } from '../state/flows.ts'
import { t } from '../texts/index.ts'
import { inviteTexts } from '../texts/invite.ts'

interface Props {
  readonly chats: Chats
  readonly onClose: () => void
}

/** A link, and the same as a code to scan, by which somebody finds this person and knows that it is them. */
export const InviteDialog = ({ chats, onClose }: Props) => {
  const texts = inviteTexts()
  const { common } = t()
  const id = useId()
  const { username, fingerprint } = chats.messenger.profile
  const code = useSignal('')
  const copied = useSignal(false)
  const signup = useSignal<ServerInfo['signup']>('open')
  useEffect(() => {
    /** Without an answer the link is as for an open server. */
    fetchServerInfo().then(
      (info) => (signup.value = info.signup),
      () => undefined,
    )
  }, [signup])
  const link = invitationLink(location.origin, { by: username, key: fingerprint, code: code.value })
  const copy = async () => {
    await navigator.clipboard.writeText(link)
    copied.value = true
  }
  return (
    <Dialog title={texts.title} onClose={onClose}>
      <p>{texts.lead}</p>
      {signup.value === 'closed' && <Said kind="warn">{texts.closed}</Said>}
      {signup.value === 'invite' && (
        <TextField label={texts.code} value={code} hint={texts.codeHint} maxLength={64} exact />
      )}
      <QrCode text={link} label={texts.qr} />
      <label class="hidden" for={id}>
        {texts.link}
      </label>
      <input id={id} class="input" readonly value={link} onFocus={(event) => event.currentTarget.select()} />
      <div class="row">
        <button type="button" class="button main" onClick={() => void copy().catch(() => undefined)}>
          {texts.copy}
        </button>
        <output class="muted">{copied.value && common.copied}</output>
      </div>
      <p class="hint">{texts.care}</p>
    </Dialog>
  )
}
