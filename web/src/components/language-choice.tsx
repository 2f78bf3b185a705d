import { LANGUAGES, language, setLanguage, t } from '../texts/index.ts'

/** Changes the language at once and remembers it in this browser. */
export const LanguageChoice = ({ labelled = true }: { readonly labelled?: boolean }) => (
  <label class="row">
    <span class={labelled ? '' : 'hidden'}>{t().common.language}</span>
    <select
      class="select"
      value={language.value}
      onChange={(event) => {
        const chosen = LANGUAGES.find(([code]) => code === event.currentTarget.value)
        /** When the file cannot be loaded the page stays as it is, and so does the choice. */
        if (chosen !== undefined) setLanguage(chosen[0], { remember: true }).catch(() => undefined)
      }}
    >
      {LANGUAGES.map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  </label>
)
