export { createMessenger } from './create.ts'
export type { MessengerPorts } from './create.ts'
export type { FileAnswer, FileCalls, FileToSend, FileView } from './file-views.ts'
export type { Standing } from './engine/choices.ts'
export { isEmoji } from './engine/content.ts'
export { DamagedRow } from './driver/vault.ts'
export { excerpt } from './search/marks.ts'
export type { TextPart } from './search/marks.ts'
export { NetworkError } from './ports.ts'
export type {
  Address,
  BlobTransport,
  Clock,
  Key,
  KeyRecord,
  KeyStore,
  Line,
  LineHandlers,
  Randomness,
  Range,
  Row,
  RowStore,
  Stores,
  Transport,
} from './ports.ts'
export type {
  Change,
  Connection,
  ContactView,
  ConversationView,
  Found,
  GroupMemberView,
  GroupNews,
  GroupPicture,
  GroupRole,
  GroupView,
  Historian,
  HistoryView,
  HistoryWish,
  Mark,
  MarkDetails,
  Messenger,
  MessageRef,
  MessageView,
  NoticeView,
  Place,
  Profile,
  QuoteView,
  ReactionView,
  SafetyNumber,
  SearchOptions,
  SendOptions,
  SendState,
} from './messenger.ts'
