import type { Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Icon } from '../components/icon.tsx'
import { filesTexts } from '../texts/files.ts'
import { locale } from '../texts/index.ts'
import type { Attaching } from './attaching.ts'
import { FileIcon } from './icons.tsx'
import { isImage, MOST_FILES, refusalOf } from './limits.ts'
import { sizeWords } from './size.ts'
import { useAddress } from './use-file.ts'

const DRAWN = /^image\/(?:png|jpeg|webp|gif)$/u

const isPhoto = ({ type }: File): boolean => DRAWN.test(type)

const Chosen = ({ file, onRemove }: { readonly file: File; readonly onRemove: () => void }) => {
  const address = useAddress(isPhoto(file) ? file : null)
  return (
    <li>
      {address === null ? <FileIcon name="file" size={28} /> : <img src={address} alt="" />}
      <span class="file-name">
        <bdi>{file.name}</bdi>
        <span class="muted small">{sizeWords(locale.value, file.size)}</span>
      </span>
      <button type="button" class="icon-button" aria-label={filesTexts().remove(file.name)} onClick={onRemove}>
        <Icon name="close" size={18} />
      </button>
    </li>
  )
}

const Untouched = ({ untouched }: { readonly untouched: Signal<boolean> }) => {
  const texts = filesTexts()
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={untouched.value}
        onChange={(event) => (untouched.value = event.currentTarget.checked)}
      />
      <span>
        {texts.original} <span class="muted small">{texts.originalHint}</span>
      </span>
    </label>
  )
}

interface Props {
  readonly attaching: Attaching
  /** Something was taken away: the focus went with it. */
  readonly onChanged: () => void
}

/** What was chosen for the next message, above the box where its words are written. */
export const Tray = ({ attaching, onChanged }: Props) => {
  const { files, untouched, isBusy, problem } = attaching
  const texts = filesTexts()
  const chosen = files.value
  const refusal = useMemo(() => refusalOf(chosen), [chosen])
  const wrong = refusal === null ? problem.value : refusal(locale.value)
  return (
    <div class="tray">
      <ul aria-label={texts.tray}>
        {chosen.slice(0, 2 * MOST_FILES).map((file, at) => (
          <Chosen
            key={at}
            file={file}
            onRemove={() => {
              files.value = chosen.filter((one) => one !== file)
              problem.value = null
              onChanged()
            }}
          />
        ))}
      </ul>
      {(chosen.some(isImage) || problem.value !== null) && <Untouched untouched={untouched} />}
      {isBusy.value && <output class="muted small">{texts.preparing}</output>}
      {wrong !== null && (
        <p class="error" role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}
