import type { FileView, MessageView } from '@chatnip/sdk'
import { filesTexts } from '../texts/files.ts'
import { FileIcon } from './icons.tsx'
import { Missed, Moving } from './moving.tsx'
import type { Carried } from './use-file.ts'
import { usePicture } from './use-picture.ts'

interface Props extends Carried {
  readonly tabStop: boolean
  readonly onOpen: () => void
}

/** What is larger is fetched when somebody opens it; until then its small picture stands there. */
const MOST_UNASKED_BYTES = 2_000_000

/** Wide and high enough to be seen and pressed, whatever its sender says of its sides; of several all are square. */
const shapeOf = ({ files }: MessageView, { picture }: FileView): string =>
  files.length > 1 || picture === null ? '1' : String(Math.min(2.5, Math.max(0.5, picture.width / picture.height)))

/** A picture in the log; a press shows it large. Its place is kept from the beginning, so that nothing moves when it comes. */
export const PictureTile = ({ tabStop, onOpen, ...carried }: Props) => {
  const { file, message } = carried
  const texts = filesTexts()
  const { address, isWhole, isNone, load, state, moved } = usePicture(carried, file.size <= MOST_UNASKED_BYTES)
  const isSending = message.state === 'waiting' && message.place === null
  return (
    <div class="photo">
      <button
        type="button"
        class="photo-button"
        style={{ aspectRatio: shapeOf(message, file) }}
        tabIndex={tabStop ? 0 : -1}
        aria-label={texts.open(file.name)}
        onClick={onOpen}
      >
        {address === null ? (
          <FileIcon name="photo" size={32} />
        ) : (
          <img src={address} alt="" class={isWhole ? undefined : 'blurred'} draggable={false} />
        )}
      </button>
      {isSending && <Moving name={file.name} moved={moved} isSending />}
      {isNone.value && <span class="missed">{texts.notPicture}</span>}
      <Missed state={state.value} onAgain={load} isQuiet />
    </div>
  )
}
