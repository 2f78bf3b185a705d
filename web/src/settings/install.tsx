import { install, installOffer } from '../state/install.ts'
import { settingsTexts } from '../texts/settings.ts'
import { Section } from './section.tsx'

/** There only while the browser offers it: others have an entry for it in their own menu, or none at all. */
export const Install = () => {
  const texts = settingsTexts().install
  if (installOffer.value === null) return null
  return (
    <Section title={texts.title} lead={texts.lead}>
      <div class="row">
        <button type="button" class="button" onClick={() => void install()}>
          {texts.submit}
        </button>
      </div>
    </Section>
  )
}
