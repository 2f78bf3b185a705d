import { useSignal, useSignalEffect } from '@preact/signals'
import { pictureOf } from '../state/pictures.ts'
import { DrawnAvatar } from './drawn-avatar.tsx'

export type AvatarSize = 32 | 40 | 48 | 96

/** Somebody's picture: what they uploaded, else the one drawn from the name. Says nothing to screen readers: the name stands beside. */
export const Avatar = ({ name, size = 48 }: { readonly name: string; readonly size?: AvatarSize }) => {
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
