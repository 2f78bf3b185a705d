import { useSignal } from '@preact/signals'
import { useEffect, useId } from 'preact/hooks'
import { LIMITS } from '@chatnip/protocol'
import { Avatar } from '../components/avatar.tsx'
import { BusyButton } from '../components/busy-button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { removePicture, setPicture } from '../state/flows.ts'
import { pictureOf } from '../state/pictures.ts'
import { t } from '../texts/index.ts'
import { settingsTexts } from '../texts/settings.ts'
import { Section } from './section.tsx'

const Preview = ({ file }: { readonly file: File }) => {
  const address = useSignal<string | null>(null)
  useEffect(() => {
    const made = URL.createObjectURL(file)
    address.value = made
    return () => {
      URL.revokeObjectURL(made)
    }
  }, [file, address])
  if (address.value === null) return null
  return (
    <div class="avatar s96">
      <img src={address.value} alt={settingsTexts().picture.preview} />
    </div>
  )
}

const usePicture = (username: string) => {
  const chosen = useSignal<File | null>(null)
  const said = useSignal<'saved' | 'removed' | 'tooLarge' | null>(null)
  const upload = useAction(async () => {
    if (chosen.value === null) return
    await setPicture(username, chosen.value)
    chosen.value = null
    said.value = 'saved'
  })
  const choose = (file: File | undefined) => {
    upload.clear()
    const fits = file !== undefined && file.size <= LIMITS.avatarBytes
    chosen.value = fits ? file : null
    said.value = file === undefined || fits ? null : 'tooLarge'
  }
  return { chosen, said, upload, choose }
}

/** The own picture: choose, look, use; or go back to the drawn one. */
export const Picture = ({ username }: { readonly username: string }) => {
  const { errors } = t()
  const settings = settingsTexts()
  const texts = settings.picture
  const id = useId()
  const asking = useSignal(false)
  const { chosen, said, upload, choose } = usePicture(username)
  const problem = upload.problem.value
  return (
    <Section title={texts.title} lead={texts.lead}>
      <div class="row">
        {chosen.value === null ? <Avatar name={username} size={96} /> : <Preview file={chosen.value} />}
        <div class="stack tight">
          <label class="button" for={id}>
            {texts.choose}
          </label>
          <input
            id={id}
            class="hidden"
            type="file"
            accept="image/png,image/jpeg,image/webp,image/gif"
            onChange={(event) => {
              choose(event.currentTarget.files?.[0])
            }}
          />
          {chosen.value !== null && (
            <BusyButton busy={upload.busy.value} onPress={upload.run}>
              {texts.upload}
            </BusyButton>
          )}
          {pictureOf(username).value !== null && chosen.value === null && (
            <button type="button" class="link danger" onClick={() => (asking.value = true)}>
              {texts.remove}
            </button>
          )}
        </div>
      </div>
      {said.value !== null && <Said kind={said.value === 'tooLarge' ? 'bad' : 'good'}>{texts[said.value]}</Said>}
      {problem !== null && <Said kind="bad">{errors[problem]}</Said>}
      {asking.value && (
        <ConfirmDialog
          title={texts.removeQuestion}
          confirm={texts.remove}
          onConfirm={async () => {
            await removePicture(username)
            said.value = 'removed'
          }}
          onClose={() => (asking.value = false)}
        >
          <p>{texts.removeText}</p>
        </ConfirmDialog>
      )}
    </Section>
  )
}
