import { useSignal } from '@preact/signals'
import type { FileView, Messenger, MessageView } from '@chatnip/sdk'
import { filesTexts } from '../texts/files.ts'
import { FileRow } from './file-row.tsx'
import { Lightbox } from './lightbox.tsx'
import { PictureTile } from './picture-tile.tsx'

interface Props {
  readonly messenger: Messenger
  readonly message: MessageView
  /** Whether Tab stops here: only in the message that has the focus. */
  readonly tabStop: boolean
}

/** Of a stranger whose first messages wait for an answer nothing is drawn and nothing fetched. */
const mayBeOpened = ({ messenger, message }: Props): boolean =>
  messenger.conversations().find(({ name }) => name === message.conversation)?.standing === 'accepted'

const isPicture = ({ picture }: FileView): boolean => picture !== null

/** What a message carries: pictures as pictures, all else by name. */
export const MessageFiles = (props: Props) => {
  const { messenger, message } = props
  const shown = useSignal<FileView | null>(null)
  const isOpen = mayBeOpened(props)
  const pictures = message.files.filter((file) => isOpen && isPicture(file))
  const others = message.files.filter((file) => !pictures.includes(file))
  const isOnItsWay = message.state === 'waiting' && message.place === null
  return (
    <div class="files">
      {pictures.length > 0 && (
        <div class={pictures.length === 1 ? 'photos one' : 'photos'}>
          {pictures.map((file) => (
            <PictureTile key={file.id} {...props} file={file} onOpen={() => (shown.value = file)} />
          ))}
        </div>
      )}
      {others.map((file) => (
        <FileRow key={file.id} {...props} file={file} isOpen={isOpen} />
      ))}
      {isOnItsWay && (
        <button
          type="button"
          class="link"
          data-action="stop-sending"
          tabIndex={props.tabStop ? 0 : -1}
          onClick={() => {
            messenger.discard(message.conversation, message.id).catch(() => undefined)
          }}
        >
          {filesTexts().stopSending}
        </button>
      )}
      {shown.value !== null && (
        <Lightbox {...props} pictures={pictures} first={shown.value} onClose={() => (shown.value = null)} />
      )}
    </div>
  )
}
