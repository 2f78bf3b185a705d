import { useSignal } from '@preact/signals'
import type { FileView, Messenger, MessageView } from '@chatnip/sdk'
import { useLayoutEffect } from 'preact/hooks'
import { Dialog } from '../components/dialog.tsx'
import { Icon } from '../components/icon.tsx'
import { saveBlob } from '../device/save-file.ts'
import { filesTexts } from '../texts/files.ts'
import { locale } from '../texts/index.ts'
import { Missed, Moving } from './moving.tsx'
import { sizeWords } from './size.ts'
import { useFile } from './use-file.ts'
import type { Carried } from './use-file.ts'
import { usePicture } from './use-picture.ts'

interface Props {
  readonly messenger: Messenger
  readonly message: MessageView
  readonly pictures: readonly FileView[]
  readonly first: FileView
  readonly onClose: () => void
}

const Large = (carried: Carried) => {
  const { file } = carried
  const texts = filesTexts()
  const { address, isWhole, isNone, load, state, moved } = usePicture(carried, true)
  return (
    <div class="large">
      {address !== null && <img src={address} alt={texts.photo(file.name)} class={isWhole ? undefined : 'blurred'} />}
      {state.value === 'fetching' && <Moving name={file.name} moved={moved} isSending={false} />}
      {isNone.value && <span class="missed">{texts.notPicture}</span>}
      <Missed state={state.value} onAgain={load} />
    </div>
  )
}

const SaveButton = (carried: Carried) => {
  const { file } = carried
  const { fetch, state, moved } = useFile(carried)
  const save = () => {
    void fetch().then((data) => data !== null && saveBlob(file.name, data))
  }
  return (
    <>
      <button type="button" class="button" onClick={save}>
        {filesTexts().save} ({sizeWords(locale.value, file.size)})
      </button>
      {state.value === 'fetching' && <Moving name={file.name} moved={moved} isSending={false} />}
      <Missed state={state.value} onAgain={save} />
    </>
  )
}

/** A picture as large as the window lets it be; arrow keys lead to the others of the message. */
export const Lightbox = ({ messenger, message, pictures, first, onClose }: Props) => {
  const texts = filesTexts()
  const at = useSignal(Math.max(0, pictures.indexOf(first)))
  const file = pictures[at.value] ?? first
  const carried = { messenger, message, file }
  const turn = (by: number) => (at.value = (at.value + by + pictures.length) % pictures.length)
  useLayoutEffect(() => {
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === 'ArrowLeft') turn(-1)
      if (key === 'ArrowRight') turn(1)
    }
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onKeyDown)
    }
  }, [])
  return (
    <Dialog title={file.name} onClose={onClose}>
      <div class="lightbox">
        <Large key={file.id} {...carried} />
        <div class="row">
          {pictures.length > 1 && (
            <>
              <button type="button" class="icon-button" aria-label={texts.before} onClick={() => turn(-1)}>
                <Icon name="back" size={20} />
              </button>
              <output>{texts.of(at.value + 1, pictures.length)}</output>
              <button type="button" class="icon-button onward" aria-label={texts.after} onClick={() => turn(1)}>
                <Icon name="back" size={20} />
              </button>
            </>
          )}
          <SaveButton key={file.id} {...carried} />
        </div>
      </div>
    </Dialog>
  )
}
