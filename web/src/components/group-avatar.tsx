import type { GroupPicture } from '@chatnip/sdk'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { AvatarSize } from './avatar.tsx'
import { Icon } from './icon.tsx'

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))

/** A group's picture, or two people. Says nothing to screen readers: the title stands beside. */
export const GroupAvatar = ({
  picture,
  size = 48,
}: {
  readonly picture: GroupPicture | null
  readonly size?: AvatarSize
}) => {
  const address = useSignal<string | null>(null)
  useEffect(() => {
    if (picture === null) return
    /** The policy permits no data: addresses. */
    const made = URL.createObjectURL(new Blob([bytesOf(picture.data)], { type: picture.type }))
    address.value = made
    return () => {
      address.value = null
      URL.revokeObjectURL(made)
    }
  }, [picture?.data, picture?.type])
  return (
    <div class={`avatar s${size} of-group`}>
      {address.value === null ? (
        <Icon name="people" size={size / 2} />
      ) : (
        <img src={address.value} alt="" width={size} height={size} />
      )}
    </div>
  )
}
