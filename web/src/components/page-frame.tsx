import type { ComponentChildren } from 'preact'
import { t } from '../texts/index.ts'
import { LanguageChoice } from './language-choice.tsx'
import { Link } from './link.tsx'
import { Logo } from './logo.tsx'

/** Head, main and foot of the pages outside the chats. */
export const PageFrame = ({
  wide = false,
  children,
}: {
  readonly wide?: boolean
  readonly children: ComponentChildren
}) => {
  const { common, welcome } = t()
  return (
    <div class="page">
      <header class="page-head">
        <Link to={{ page: 'welcome' }} class="brand" label={common.home}>
          <Logo />
          <span>{common.appName}</span>
        </Link>
        <LanguageChoice labelled={false} />
      </header>
      <main id="content" class={wide ? 'page-main wide stack' : 'page-main stack'}>
        {children}
      </main>
      <footer class="page-foot">
        <Link to={{ page: 'about' }}>{welcome.about}</Link>
        <a href="/docs">API</a>
        <span>GPL-3.0-or-later</span>
      </footer>
    </div>
  )
}
