import type { ComponentChildren } from 'preact'
import { goBack } from '../router.ts'
import type { Route } from '../router.ts'
import { t } from '../texts/index.ts'
import { Icon } from './icon.tsx'

/** The head of a page that is entered from another one: a way back, and what the page is. */
export const PageHead = ({ back, children }: { readonly back: Route; readonly children: ComponentChildren }) => (
  <div class="settings-head">
    <button
      type="button"
      class="icon-button"
      aria-label={t().common.back}
      onClick={() => {
        goBack(back)
      }}
    >
      <Icon name="back" />
    </button>
    {children}
  </div>
)
