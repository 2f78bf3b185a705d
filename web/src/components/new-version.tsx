import { newVersion } from '../state/version.ts'
import { t } from '../texts/index.ts'

/** Offers the new version; never takes the page away by itself. What is being written is kept as a draft. */
export const NewVersion = () => {
  const { common } = t()
  return (
    <output class={newVersion.value ? 'toast' : 'hidden'}>
      {newVersion.value && (
        <>
          {common.newVersion}
          <button
            type="button"
            class="button small main"
            onClick={() => {
              location.reload()
            }}
          >
            {common.reload}
          </button>
        </>
      )}
    </output>
  )
}
