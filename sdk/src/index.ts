export { createMessenger } from './create.ts'
export type { MessengerPorts } from './create.ts'
export { isEmoji } from './engine/content.ts'
export { DamagedRow } from './driver/vault.ts'
export { NetworkError } from './ports.ts'
export type {
  Address,
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
  SendOptions,
  SendState,
} from './messenger.ts'
