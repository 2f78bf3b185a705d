import { useSignal } from '@preact/signals'
import { Bullets } from '../components/bullets.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Heading } from '../components/heading.tsx'
import { Link } from '../components/link.tsx'
import { RecoveryCode } from '../components/recovery-code.tsx'
import { startAfresh } from '../state/flows.ts'
import { t } from '../texts/index.ts'

interface Props {
  readonly username: string
  readonly onDone: (username: string) => void
}

/** The password is right but the keys do not open: start afresh, after saying exactly what that costs. */
export const KeysMissing = ({ username, onDone }: Props) => {
  const { logIn, recoveryCode } = t()
  const asking = useSignal(false)
  const code = useSignal<string | null>(null)
  if (code.value !== null)
    return (
      <>
        <Heading key="code" text={recoveryCode.title} />
        <RecoveryCode
          username={username}
          code={code.value}
          onDone={() => {
            onDone(username)
          }}
        />
      </>
    )
  return (
    <>
      <Heading key="missing" text={logIn.keysMissingTitle} />
      <p>{logIn.keysMissing}</p>
      <div class="row">
        <button type="button" class="button danger" onClick={() => (asking.value = true)}>
          {logIn.fresh}
        </button>
        <Link to={{ page: 'recover' }} class="button">
          {logIn.haveCode}
        </Link>
      </div>
      {asking.value && (
        <ConfirmDialog
          title={logIn.fresh}
          confirm={logIn.fresh}
          onConfirm={async () => {
            code.value = await startAfresh()
          }}
          onClose={() => (asking.value = false)}
        >
          <Bullets items={logIn.freshLost} />
          <p>{logIn.freshKept}</p>
        </ConfirmDialog>
      )}
    </>
  )
}
