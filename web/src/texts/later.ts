import type { AboutTexts } from './en-about.ts'
import type { CompareTexts } from './en-compare.ts'
import type { DetailsTexts } from './en-details.ts'
import type { FilesTexts } from './en-files.ts'
import type { notify } from './en-notify.ts'
import type { InviteTexts } from './en-invite.ts'
import type { PeopleTexts } from './en-people.ts'
import type { RecoverTexts } from './en-recover.ts'
import type { SettingsTexts } from './en-settings.ts'
import { foreign } from './index.ts'

/** The texts of parts of the app that are loaded later. */
export interface Later {
  readonly about: AboutTexts
  readonly compare: CompareTexts
  readonly details: DetailsTexts
  readonly files: FilesTexts
  readonly notify: typeof notify
  readonly invite: InviteTexts
  readonly people: PeopleTexts
  readonly recover: RecoverTexts
  readonly settings: SettingsTexts
}

/**
 * The English ones come with the part that shows them, those of another language with that language. A component that calls what is returned
 * is drawn again when the language changes.
 */
export const inLanguage =
  <Area extends keyof Later>(area: Area, english: Later[Area]): (() => Later[Area]) =>
  () =>
    foreign.value?.[area] ?? english
