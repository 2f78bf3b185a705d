import { useSignal } from '@preact/signals'
import type { Reply } from '@chatnip/protocol'
import { useEffect } from 'preact/hooks'
import { Bullets } from '../components/bullets.tsx'
import { Heading } from '../components/heading.tsx'
import { Icon } from '../components/icon.tsx'
import { Link } from '../components/link.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { saveFile } from '../device/save-file.ts'
import { browserTransport } from '../device/transport.ts'
import { fullDate } from '../format/time.ts'
import { goBack } from '../router.ts'
import { Section } from '../settings/section.tsx'
import type { Chats } from '../state/chats.ts'
import { language, locale, t } from '../texts/index.ts'
import { knownTexts } from '../texts/known.ts'

type Lines = Reply<'what_is_known'>['lines']
type Line = Lines[number]

const dateOf = (seconds: number): string => fullDate(locale.value, seconds * 1_000)

/** How much there is and of which days, in one line. */
const figures = ({ rows, bytes, oldest, newest }: Line): string => {
  const texts = knownTexts(language.value)
  if (rows === null) return texts.notCounted
  if (rows === 0) return texts.nothing
  const [first, last] = [oldest, newest].map((time) => (time === null ? null : dateOf(time)))
  const when = first === null || first === undefined || last === null || last === undefined ? null : [first, last]
  const days =
    when === null ? [] : [when[0] === when[1] ? texts.since(first ?? '') : texts.between(first ?? '', last ?? '')]
  return [texts.rows(rows), texts.bytes(bytes), ...days].join(', ')
}

const save = (lines: Lines, name: string): void => {
  const { fileName } = knownTexts(language.value)
  saveFile(`${fileName}-${name}.json`, 'application/json', JSON.stringify(lines, null, 2))
}

const Newest = ({ values }: Pick<Line, 'values'>) => (
  <details>
    <summary>{knownTexts(language.value).look}</summary>
    <ul class="known">
      {values.slice(0, 20).map((row, at) => (
        <li key={at}>
          <dl>
            {row.map(({ column, value }) => (
              <div key={column}>
                <dt>{column}</dt>
                <dd>{value === null ? '–' : String(value)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  </details>
)

/** Beside each line: take it along, and where it is deleted. */
const Ways = ({ line, title }: { readonly line: Line; readonly title: string }) => {
  const texts = knownTexts(language.value)
  return (
    <div class="row">
      <button
        type="button"
        class="button small"
        aria-label={texts.downloadLine(title)}
        onClick={() => {
          save([line], line.line)
        }}
      >
        {texts.download}
      </button>
      <Link to={{ page: 'settings' }} class="button small" label={texts.removeLine(title)}>
        {texts.remove}
      </Link>
    </div>
  )
}

const LineSection = ({ line }: { readonly line: Line }) => {
  const texts = knownTexts(language.value)
  const { title, text, end } = texts.lines[line.line]
  return (
    <Section title={title}>
      <p>{text}</p>
      <p class="muted">{end}</p>
      <p>
        <strong>{figures(line)}</strong>
      </p>
      {line.rows !== 0 && line.values.length > 0 && <Newest values={line.values} />}
      {line.rows !== 0 && <Ways line={line} title={title} />}
    </Section>
  )
}

/** What stands about somebody in the tables of the server, as it tells itself. */
export const KnownPage = ({ chats }: { readonly chats: Chats }) => {
  const texts = knownTexts(language.value)
  const { common, errors } = t()
  const lines = useSignal<Lines | null>(null)
  const load = useAction(async () => {
    lines.value = (await browserTransport.call('what_is_known', {})).lines
  })
  useEffect(() => {
    load.run()
  }, [])
  const all = lines.value
  return (
    <div class="page">
      <main id="content" class="page-main wide">
        <div class="settings-head">
          <button
            type="button"
            class="icon-button"
            aria-label={common.back}
            onClick={() => {
              goBack({ page: 'settings' })
            }}
          >
            <Icon name="back" />
          </button>
          <Heading text={texts.title} />
        </div>
        {load.problem.value !== null && <Said kind="bad">{errors[load.problem.value]}</Said>}
        {all === null && load.busy.value && <output class="late muted">{common.loading}</output>}
        <div class="known-lead">
          <p class="muted">{texts.lead}</p>
          {all !== null && (
            <div>
              <button
                type="button"
                class="button"
                onClick={() => {
                  save(all, chats.messenger.profile.username)
                }}
              >
                {texts.downloadAll}
              </button>
            </div>
          )}
        </div>
        {all?.map((line) => (
          <LineSection key={line.line} line={line} />
        ))}
        <Section title={texts.elsewhereTitle}>
          <Bullets items={texts.elsewhere} />
        </Section>
      </main>
    </div>
  )
}
