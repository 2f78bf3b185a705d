import { invite } from './en-invite.ts'
import { inLanguage } from './later.ts'

export const inviteTexts = inLanguage('invite', invite)
