import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { asPicture, thumbOf } from './likeness.ts'
import { useAddress, useFile } from './use-file.ts'
import type { Carried, OneFile } from './use-file.ts'

export interface OnePicture extends Omit<OneFile, 'fetch' | 'stop'> {
  /** Of what can be shown now: the picture, or the small one that came with the message. */
  readonly address: string | null
  readonly isWhole: boolean
  /** It was fetched, and is none that may be drawn here. */
  readonly isNone: ReadonlySignal<boolean>
  readonly load: () => void
}

/** @param isWanted it is fetched at once, without being asked for */
export const usePicture = (carried: Carried, isWanted: boolean): OnePicture => {
  const { file } = carried
  const whole = useSignal<Blob | null>(null)
  const isNone = useSignal(false)
  const { state, moved, fetch } = useFile(carried)
  const thumb = useMemo(() => thumbOf(file.picture?.thumb ?? ''), [file.id])
  const show = async (): Promise<void> => {
    const data = await fetch()
    if (data === null) return
    whole.value = await asPicture(data)
    isNone.value = whole.value === null
  }
  const load = () => {
    show().catch(() => (isNone.value = true))
  }
  useEffect(() => {
    if (isWanted) load()
  }, [file.id, isWanted])
  const address = useAddress(whole.value ?? thumb)
  return { address, isWhole: whole.value !== null, isNone, load, state, moved }
}
