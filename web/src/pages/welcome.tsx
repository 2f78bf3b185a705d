import { Heading } from '../components/heading.tsx'
import { Link } from '../components/link.tsx'
import { Logo } from '../components/logo.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { t } from '../texts/index.ts'

/** The first page for whoever is not signed in. */
export const WelcomePage = () => {
  const { welcome } = t()
  return (
    <PageFrame wide>
      <div class="hero">
        <Logo size={112} />
        <Heading text={welcome.title} />
        <p>{welcome.lead}</p>
        <div class="row">
          <Link to={{ page: 'signUp' }} class="button main">
            {welcome.signUp}
          </Link>
          <Link to={{ page: 'logIn' }} class="button">
            {welcome.logIn}
          </Link>
        </div>
      </div>
      <div class="points">
        {welcome.points.map(([title, text]) => (
          <section key={title}>
            <h2>{title}</h2>
            <p>{text}</p>
          </section>
        ))}
      </div>
    </PageFrame>
  )
}
