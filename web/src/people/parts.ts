export { Blocked } from './blocked.tsx'
export { ConversationDialog } from './conversation-dialog.tsx'
export { Requests } from './requests.tsx'
export { StandingBar } from './standing-bar.tsx'
