import type { NoticeView } from '@chatnip/sdk'
import { duration } from '../format/time.ts'
import { locale, t } from '../texts/index.ts'

/** Who set that messages disappear, or that one went before it was said to have come. */
export const fadingWords = (
  notice: Extract<NoticeView, { readonly kind: 'lifetime' | 'ended' }>,
  name: string,
  own: string,
): string => {
  const { fading } = t()
  if (notice.kind === 'ended') return fading.ended(name)
  const { by, seconds } = notice
  if (seconds === 0) return by === own ? fading.endOwn : fading.end(by)
  const time = duration(locale.value, seconds)
  return by === own ? fading.setOwn(time) : fading.set(by, time)
}
