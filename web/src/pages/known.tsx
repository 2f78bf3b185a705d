import { useSignal } from '@preact/signals'
import type { Reply } from '@chatnip/protocol'
import { useEffect } from 'preact/hooks'
import { Bullets } from '../components/bullets.tsx'
import { Heading } from '../components/heading.tsx'
import { PageHead } from '../components/page-head.tsx'
import { Link } from '../components/link.tsx'
import { Said } from '../components/said.tsx'
import { useAction } from '../components/use-action.ts'
import { saveFile } from '../device/save-file.ts'
import { browserTransport } from '../device/transport.ts'
import { fullDate } from '../format/time.ts'
import { Section } from '../settings/section.tsx'
import type { Chats } from '../state/chats.ts'
import { locale, t } from '../texts/index.ts'
import { settingsTexts } from '../texts/settings.ts'
import { loadKnownTexts } from '../texts/known.ts'
import type { KnownTexts } from '../texts/known.ts'

type Lines = Reply<'what_is_known'>['lines']
type Line = Lines[number]

interface Worded {
  readonly texts: KnownTexts
}

const dateOf = (seconds: number): string => fullDate(locale.value, seconds * 1_000)

const days = ({ oldest, newest }: Line, texts: KnownTexts): readonly string[] => {
  if (oldest === null || newest === null) return []
  const [first, last] = [dateOf(oldest), dateOf(newest)]
  return [first === last ? texts.since(first) : texts.between(first, last)]
}

/** How much there is and of which days, in one line. */
const figures = (line: Line, texts: KnownTexts): string => {
  if (line.rows === null) return texts.notCounted
  if (line.rows === 0) return texts.nothing
  return [texts.rows(line.rows), texts.bytes(line.bytes), ...days(line, texts)].join(', ')
}

const save = (lines: Lines, name: string): void => {
  saveFile(`${name}.json`, 'application/json', JSON.stringify(lines, null, 2))
}

const Newest = ({ values, texts }: Worded & Pick<Line, 'values'>) => (
  <details>
    <summary>{texts.look}</summary>
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
const Ways = ({ line, texts }: Worded & { readonly line: Line }) => {
  const { title } = texts.lines[line.line]
  return (
    <div class="row">
      <button
        type="button"
        class="button small"
        aria-label={texts.downloadLine(title)}
        onClick={() => {
          save([line], `${texts.fileName}-${line.line}`)
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

const LineSection = ({ line, texts }: Worded & { readonly line: Line }) => {
  const { title, text, end } = texts.lines[line.line]
  return (
    <Section title={title}>
      <p>{text}</p>
      <p class="muted">{end}</p>
      <p>
        <strong>{figures(line, texts)}</strong>
      </p>
      {line.rows !== 0 && line.values.length > 0 && <Newest values={line.values} texts={texts} />}
      {line.rows !== 0 && <Ways line={line} texts={texts} />}
    </Section>
  )
}

const All = ({ lines, texts, name }: Worded & { readonly lines: Lines; readonly name: string }) => (
  <>
    <div class="known-lead">
      <p class="muted">{texts.lead}</p>
      <div>
        <button
          type="button"
          class="button"
          onClick={() => {
            save(lines, `${texts.fileName}-${name}`)
          }}
        >
          {texts.downloadAll}
        </button>
      </div>
    </div>
    {lines.map((line) => (
      <LineSection key={line.line} line={line} texts={texts} />
    ))}
    <Section title={texts.elsewhereTitle}>
      <Bullets items={texts.elsewhere} />
    </Section>
  </>
)

/** What stands about somebody in the tables of the server, as it tells itself. */
export const KnownPage = ({ chats }: { readonly chats: Chats }) => {
  const { common, errors } = t()
  const settings = settingsTexts()
  const known = useSignal<{ readonly lines: Lines; readonly texts: KnownTexts } | null>(null)
  const load = useAction(async () => {
    const [{ lines }, texts] = await Promise.all([browserTransport.call('what_is_known', {}), loadKnownTexts()])
    known.value = { lines, texts }
  })
  useEffect(() => {
    load.run()
  }, [])
  return (
    <div class="page">
      <main id="content" class="page-main wide">
        <PageHead back={{ page: 'settings' }}>
          <Heading text={settings.known.title} />
        </PageHead>
        {load.problem.value !== null && <Said kind="bad">{errors[load.problem.value]}</Said>}
        {load.busy.value && <output class="late muted">{common.loading}</output>}
        {known.value !== null && <All {...known.value} name={chats.messenger.profile.username} />}
      </main>
    </div>
  )
}
