import { useSignal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import type { FileView, Messenger, MessageView } from '@chatnip/sdk'
import { useEffect } from 'preact/hooks'

/** `idle`: nothing was asked for. The last three: why it could not be had. */
export type Fetch = 'idle' | 'fetching' | 'gone' | 'damaged' | 'failed'

export interface OneFile {
  readonly state: ReadonlySignal<Fetch>
  /** From 0 to 1: how much has been sent or fetched; null: nothing is moving. */
  readonly moved: ReadonlySignal<number | null>
  /** Null: it can't be had; `state` says why. */
  readonly fetch: () => Promise<Blob | null>
  readonly stop: () => void
}

export interface Carried {
  readonly messenger: Messenger
  readonly message: MessageView
  readonly file: FileView
}

/** A file of a message, and what becomes of it. */
export const useFile = ({ messenger, message, file }: Carried): OneFile => {
  const state = useSignal<Fetch>('idle')
  const moved = useSignal<number | null>(null)
  useEffect(
    () =>
      messenger.onChange((change) => {
        if (change.kind === 'file' && change.id === file.id) moved.value = change.done / change.of
      }),
    [messenger, file.id],
  )
  const fetch = async (): Promise<Blob | null> => {
    state.value = 'fetching'
    moved.value = null
    try {
      const answer = await messenger.openFile(message, file.id)
      state.value = answer.outcome === 'here' || answer.outcome === 'stopped' ? 'idle' : answer.outcome
      return answer.outcome === 'here' ? answer.data : null
    } catch {
      state.value = 'failed'
      return null
    } finally {
      moved.value = null
    }
  }
  const stop = () => {
    void messenger.stopFile(file.id)
  }
  return { state, moved, fetch, stop }
}

/** An address for bytes, as long as the component is there and the bytes are the same. */
export const useAddress = (data: Blob | null): string | null => {
  const address = useSignal<string | null>(null)
  useEffect(() => {
    if (data === null) return undefined
    const made = URL.createObjectURL(data)
    address.value = made
    return () => {
      address.value = null
      URL.revokeObjectURL(made)
    }
  }, [data])
  return address.value
}
