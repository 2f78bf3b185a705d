import { useSignal, useSignalEffect } from '@preact/signals'
import { pictureOf } from '../state/pictures.ts'
import { DrawnAvatar } from './drawn-avatar.tsx'

export type AvatarSize = 32 | 40 | 48 | 96

interface Props {
  readonly name: string
  readonly size?: AvatarSize
  /** Never what they uploaded, and the server is not asked for it. */
  readonly drawn?: boolean
}

/** Somebody's picture: what they uploaded, else the one drawn from the name. Says nothing to screen readers: the name stands beside. */
export const Avatar = ({ name, size = 48, drawn = false }: Props) =>
  drawn ? (
    <div class={`avatar s${size}`}>
      <DrawnAvatar name={name} />
    </div>
  ) : (
    <ChosenAvatar name={name} size={size} />
  )

const ChosenAvatar = ({ name, size }: { readonly name: string; readonly size: AvatarSize }) => {
  const picture = pictureOf(name)
  const broken = useSignal(false)
  useSignalEffect(() => {
    if (picture.value !== null) broken.value = false
  })
  const link = picture.value
  return (
    <div class={`avatar s${size}`}>
      {link === null || broken.value ? (
        <DrawnAvatar name={name} />
      ) : (
        <img src={link} alt="" width={size} height={size} onError={() => (broken.value = true)} />
      )}
    </div>
  )
}
