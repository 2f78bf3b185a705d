import { Link } from '../components/link.tsx'
import { settingsTexts } from '../texts/settings.ts'
import { Section } from './section.tsx'

/** The way to the page that tells what the server keeps. */
export const Known = () => {
  const texts = settingsTexts().known
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
