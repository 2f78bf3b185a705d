import { Dialog } from '../components/dialog.tsx'
import { t } from '../texts/index.ts'
import { isMac, SHORTCUTS } from './shortcuts.ts'
import type { Group, Keys, Shortcut } from './shortcuts.ts'

const held = ({ mod, alt, shift }: Keys): readonly string[] => {
  const { names } = t().keys
  const mac = isMac()
  return [
    ...(mod === true ? [mac ? '⌘' : names.ctrl] : []),
    ...(alt === true ? [mac ? '⌥' : 'Alt'] : []),
    ...(shift === true ? [names.shift] : []),
  ]
}

const nameOf = (key: string): string => {
  const known: Readonly<Record<string, string>> = t().keys.names
  return known[key] ?? key.toUpperCase()
}

const Combination = ({ keys }: { readonly keys: Keys }) => (
  <>
    {[...held(keys), nameOf(keys.key)].map((key, at) => (
      <span key={key}>
        {at > 0 && '+'}
        <kbd>{key}</kbd>
      </span>
    ))}
  </>
)

/** All shortcuts, from the table that binds them. */
export const KeysHelp = ({ onClose }: { readonly onClose: () => void }) => {
  const { keys: texts } = t()
  const groups = Object.keys(SHORTCUTS) as Group[]
  return (
    <Dialog title={texts.title} onClose={onClose}>
      {groups.map((group) => (
        <section key={group}>
          <h3>{texts.groups[group]}</h3>
          <dl class="keys">
            {(Object.entries(SHORTCUTS[group]) as [Shortcut, Keys][]).map(([name, keys]) => (
              <div key={name}>
                <dt>{texts.does[name]}</dt>
                <dd>
                  <Combination keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p class="hint">{texts.typing}</p>
    </Dialog>
  )
}
