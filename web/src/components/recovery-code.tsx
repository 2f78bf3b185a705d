import { useSignal } from '@preact/signals'
import { browserRandomness } from '../device/environment.ts'
import { saveFile } from '../device/save-file.ts'
import { t } from '../texts/index.ts'
import { TextField } from './text-field.tsx'

interface Props {
  readonly username: string
  readonly code: string
  /** The person has shown to have the words. */
  readonly onDone: () => void
}

const sameWord = (typed: string, word: string | undefined): boolean => typed.trim().toLowerCase() === word

/** Shows the recovery code once and asks one word of it back, so that nobody finds out too late that it was not written down. */
export const RecoveryCode = ({ username, code, onDone }: Props) => {
  const { recoveryCode, common } = t()
  const words = code.split(' ')
  const asked = useSignal(Math.floor(browserRandomness.number() * words.length))
  const answer = useSignal('')
  const wrong = useSignal(false)
  const copied = useSignal(false)
  const check = (event: Event) => {
    event.preventDefault()
    if (sameWord(answer.value, words[asked.value])) onDone()
    else wrong.value = true
  }
  const copy = async () => {
    await navigator.clipboard.writeText(code)
    copied.value = true
  }
  return (
    <form class="stack" onSubmit={check}>
      <p>{recoveryCode.lead}</p>
      <ol class="words" aria-label={recoveryCode.list} translate={false}>
        {words.map((word, index) => (
          <li key={index}>{word}</li>
        ))}
      </ol>
      <div class="row">
        {/* Without permission for the clipboard nothing happens, and the words are there to be written down. */}
        <button type="button" class="button small" onClick={() => void copy().catch(() => undefined)}>
          {common.copy}
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => {
            saveFile(recoveryCode.fileName, 'text/plain', recoveryCode.fileText(username, code))
          }}
        >
          {recoveryCode.saveFile}
        </button>
        <output class="small muted">{copied.value && common.copied}</output>
      </div>
      <TextField
        label={recoveryCode.ask(asked.value + 1)}
        value={answer}
        error={wrong.value ? recoveryCode.wrong : null}
        exact
      />
      <button type="submit" class="button main wide">
        {recoveryCode.done}
      </button>
    </form>
  )
}
