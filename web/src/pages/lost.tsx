import { Heading } from '../components/heading.tsx'
import { Link } from '../components/link.tsx'
import { Logo } from '../components/logo.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { t } from '../texts/index.ts'

/** An address that leads nowhere. */
export const LostPage = () => {
  const { lost } = t()
  return (
    <PageFrame>
      <div class="hero">
        <Logo size={80} />
        <Heading text={lost.title} />
        <p>{lost.text}</p>
        <Link to={{ page: 'welcome' }} class="button main">
          {lost.home}
        </Link>
      </div>
    </PageFrame>
  )
}
