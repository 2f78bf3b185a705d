import { Link } from '../components/link.tsx'
import { language } from '../texts/index.ts'
import { knownTexts } from '../texts/known.ts'
import { Section } from './section.tsx'

/** The way to the page that tells what the server keeps. */
export const Known = () => {
  const texts = knownTexts(language.value)
  return (
    <Section title={texts.title}>
      <div>
        <Link to={{ page: 'known' }} class="button">
          {texts.open}
        </Link>
      </div>
    </Section>
  )
}
