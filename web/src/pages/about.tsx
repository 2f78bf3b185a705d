import { Bullets } from '../components/bullets.tsx'
import { Heading } from '../components/heading.tsx'
import { PageFrame } from '../components/page-frame.tsx'
import { aboutTexts } from '../texts/about.ts'

/** What is asked, what is stored, and under which licence. */
export const AboutPage = () => {
  const about = aboutTexts()
  return (
    <PageFrame wide>
      <Heading text={about.title} />
      <section class="section">
        <h2>{about.askedTitle}</h2>
        <p>{about.asked}</p>
      </section>
      <section class="section">
        <h2>{about.storedTitle}</h2>
        <Bullets items={about.stored} />
      </section>
      <section class="section">
        <h2>{about.browserTitle}</h2>
        <Bullets items={about.browser} />
      </section>
      <section class="section">
        <h2>{about.limitsTitle}</h2>
        <p>{about.limits}</p>
      </section>
      <section class="section">
        <h2>{about.licenceTitle}</h2>
        <p>{about.licence}</p>
        <p>
          <a href="/docs">{about.docs}</a>
        </p>
      </section>
    </PageFrame>
  )
}
