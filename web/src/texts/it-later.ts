import { about } from './it-about.ts'
import { compare } from './it-compare.ts'
import { details } from './it-details.ts'
import { files } from './it-files.ts'
import { invite } from './it-invite.ts'
import { notify } from './it-notify.ts'
import { people } from './it-people.ts'
import { recover } from './it-recover.ts'
import { settings } from './it-settings.ts'
import type { Later } from './later.ts'

/** The texts of what is loaded later, all together. */
export const it: Later = { about, compare, details, files, invite, notify, people, recover, settings }
