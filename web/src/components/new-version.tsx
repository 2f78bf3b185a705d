import type { Route } from '../router.ts'
import { route } from '../router.ts'
import { newVersion, putOffVersion, takeVersion } from '../state/version.ts'
import { t } from '../texts/index.ts'
import { Icon } from './icon.tsx'

/** Here a reload would throw away what somebody is in the middle of. */
const BUSY: readonly Route['page'][] = ['signUp', 'recover']

/**
 * Offers the new version; never takes the page away by itself. What is being written is kept as a draft. It takes a line of its
 * own, so that it covers nothing.
 */
export const NewVersion = () => {
  const { common } = t()
  const shown = newVersion.value && !BUSY.includes(route.value.page)
  return (
    <output class={shown ? 'new-version' : 'hidden'}>
      {shown && (
        <>
          <span>{common.newVersion}</span>
          <button type="button" class="link" onClick={takeVersion}>
            {common.reload}
          </button>
          <button type="button" class="icon-button" aria-label={common.later} onClick={putOffVersion}>
            <Icon name="close" size={16} />
          </button>
        </>
      )}
    </output>
  )
}
