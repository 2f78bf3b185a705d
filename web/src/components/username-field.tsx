import type { Signal } from '@preact/signals'
import { LIMITS } from '@chatnip/protocol'
import { t } from '../texts/index.ts'
import { TextField } from './text-field.tsx'

interface Props {
  readonly value: Signal<string>
  readonly error: string | null
}

/** The name of an account that is there already. */
export const UsernameField = ({ value, error }: Props) => (
  <TextField
    label={t().common.username}
    value={value}
    error={error}
    name="username"
    autocomplete="username"
    maxLength={LIMITS.usernameCharacters}
    exact
  />
)
