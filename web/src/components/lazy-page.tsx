import { useSignal } from '@preact/signals'
import { Fragment } from 'preact'
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { newVersion } from '../state/version.ts'
import { t } from '../texts/index.ts'
import { Heading } from './heading.tsx'
import { Said } from './said.tsx'

const Failed = () => {
  const { common } = t()
  return (
    <div class="stack">
      <Heading text={newVersion.value ? common.newVersion : common.notLoaded} />
      {!newVersion.value && <Said kind="bad">{common.pageFailed}</Said>}
      <button
        type="button"
        class="button main"
        onClick={() => {
          location.reload()
        }}
      >
        {common.reload}
      </button>
    </div>
  )
}

const Waiting = () => <output class="late muted">{t().common.loading}</output>

/**
 * A part of the app that is loaded when it is first needed, so that the first page is there sooner.
 * @param Frame what stands around the words while it is not there
 */
export const lazyPage = <Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Frame: ComponentType<NoInfer<Props> & { children: ComponentChildren }> = Fragment,
): ComponentType<Props> => {
  let loaded: ComponentType<Props> | null = null
  const LazyPage = (props: Props) => {
    const state = useSignal<'waiting' | 'ready' | 'failed'>(loaded === null ? 'waiting' : 'ready')
    useEffect(() => {
      const fetchPage = async () => {
        loaded = await load()
        state.value = 'ready'
      }
      if (loaded === null) fetchPage().catch(() => (state.value = 'failed'))
    }, [state])
    const Page = state.value === 'ready' ? loaded : null
    if (Page !== null) return <Page {...props} />
    return <Frame {...props}>{state.value === 'failed' ? <Failed /> : <Waiting />}</Frame>
  }
  return LazyPage
}
