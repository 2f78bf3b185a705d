import { saveBlob } from '../device/save-file.ts'
import { Icon } from '../components/icon.tsx'
import { filesTexts } from '../texts/files.ts'
import { locale } from '../texts/index.ts'
import { FileIcon } from './icons.tsx'
import { Missed, Moving } from './moving.tsx'
import { sizeWords } from './size.ts'
import { useFile } from './use-file.ts'
import type { Carried } from './use-file.ts'

interface Props extends Carried {
  readonly tabStop: boolean
  /** It may be fetched. */
  readonly isOpen: boolean
}

/** A file by its name; a press fetches and saves it. */
export const FileRow = ({ tabStop, isOpen, ...carried }: Props) => {
  const { file, message } = carried
  const texts = filesTexts()
  const { state, moved, fetch, stop } = useFile(carried)
  const isSending = message.state === 'waiting' && message.place === null
  const save = async (): Promise<void> => {
    const data = await fetch()
    /** As bytes: what the sender calls them decides nothing here. */
    if (data !== null) saveBlob(file.name, data)
  }
  const isFetching = state.value === 'fetching'
  return (
    <div class="file" data-state={state.value}>
      <FileIcon name="file" size={28} />
      <span class="file-name">
        <bdi>{file.name}</bdi>
        <span class="muted small">{sizeWords(locale.value, file.size)}</span>
        {(isSending || isFetching) && <Moving name={file.name} moved={moved} isSending={isSending} />}
      </span>
      {!isSending && isOpen && (
        <button
          type="button"
          class="icon-button"
          tabIndex={tabStop ? 0 : -1}
          aria-label={isFetching ? texts.stop : texts.saveFile(file.name)}
          title={isFetching ? texts.stop : texts.save}
          onClick={() => {
            if (isFetching) stop()
            else void save()
          }}
        >
          {isFetching ? <Icon name="close" size={20} /> : <FileIcon name="save" size={20} />}
        </button>
      )}
      <Missed state={state.value} onAgain={() => void save()} />
    </div>
  )
}
