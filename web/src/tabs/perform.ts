import type { Messenger } from '@chatnip/sdk'
import type { Question } from './frames.ts'

type QuestionOf<M extends Question['method']> = Extract<Question, { readonly method: M }>

const performWithFiles = (
  messenger: Messenger,
  question: QuestionOf<'sendFiles' | 'openFile' | 'stopFile'>,
): Promise<unknown> => {
  switch (question.method) {
    case 'sendFiles':
      return messenger.sendFiles(...question.args)
    case 'openFile':
      return messenger.openFile(...question.args)
    case 'stopFile':
      return messenger.stopFile(...question.args)
  }
}

type Else = Extract<
  Question,
  {
    readonly method:
      | 'decide'
      | 'mute'
      | 'setReceipts'
      | 'setReadReceipts'
      | 'search'
      | 'exportHistory'
      | 'deleteHistory'
  }
>

/** People, settings, and what is about all of the history. */
const performElse = (messenger: Messenger, question: Else): Promise<unknown> => {
  switch (question.method) {
    case 'decide':
      return messenger.decide(...question.args)
    case 'mute':
      return messenger.mute(...question.args)
    case 'setReceipts':
      return messenger.setReceipts(...question.args)
    case 'setReadReceipts':
      return messenger.setReadReceipts(...question.args)
    case 'search':
      return messenger.search(...question.args)
    case 'exportHistory':
      return messenger.exportHistory(...question.args)
    case 'deleteHistory':
      return messenger.deleteHistory(...question.args)
  }
}

type OfGroups = QuestionOf<
  'makeGroup' | 'addToGroup' | 'removeFromGroup' | 'leaveGroup' | 'setGroupRole' | 'renameGroup' | 'setGroupPicture'
>

const performInGroup = (messenger: Messenger, question: OfGroups): Promise<unknown> => {
  switch (question.method) {
    case 'makeGroup':
      return messenger.makeGroup(...question.args)
    case 'addToGroup':
      return messenger.addToGroup(...question.args)
    case 'removeFromGroup':
      return messenger.removeFromGroup(...question.args)
    case 'leaveGroup':
      return messenger.leaveGroup(...question.args)
    case 'setGroupRole':
      return messenger.setGroupRole(...question.args)
    case 'renameGroup':
      return messenger.renameGroup(...question.args)
    case 'setGroupPicture':
      return messenger.setGroupPicture(...question.args)
  }
}

/** Asks a messenger what another tab wants to know or have done. */
export const perform = (messenger: Messenger, question: Question): Promise<unknown> => {
  switch (question.method) {
    case 'messages':
      return messenger.messages(...question.args)
    case 'open':
      return messenger.open(...question.args)
    case 'send':
      return messenger.send(...question.args)
    case 'sendFiles':
    case 'openFile':
    case 'stopFile':
      return performWithFiles(messenger, question)
    case 'makeGroup':
    case 'addToGroup':
    case 'removeFromGroup':
    case 'leaveGroup':
    case 'setGroupRole':
    case 'renameGroup':
    case 'setGroupPicture':
      return performInGroup(messenger, question)
    case 'edit':
      return messenger.edit(...question.args)
    case 'remove':
      return messenger.remove(...question.args)
    case 'react':
      return messenger.react(...question.args)
    case 'retry':
      return messenger.retry(...question.args)
    case 'askAgain':
      return messenger.askAgain(...question.args)
    case 'discard':
      return messenger.discard(...question.args)
    case 'markRead':
      return messenger.markRead(...question.args)
    case 'saveDraft':
      return messenger.saveDraft(...question.args)
    case 'draft':
      return messenger.draft(...question.args)
    case 'confirmKey':
      return messenger.confirmKey(...question.args)
    case 'setCompared':
      return messenger.setCompared(...question.args)
    case 'safetyNumber':
      return messenger.safetyNumber(...question.args)
    case 'checkScan':
      return messenger.checkScan(...question.args)
    case 'setLifetime':
      return messenger.setLifetime(...question.args)
    case 'decide':
    case 'mute':
    case 'setReceipts':
    case 'setReadReceipts':
    case 'search':
    case 'exportHistory':
    case 'deleteHistory':
      return performElse(messenger, question)
  }
}

/** What a following tab must be able to tell without asking. */
export const snapshotOf = (messenger: Messenger) => {
  const conversations = messenger.conversations()
  return {
    profile: messenger.profile,
    connection: messenger.connection(),
    waiting: messenger.waiting(),
    conversations,
    contacts: conversations.flatMap(({ name }) => messenger.contact(name) ?? []),
    receipts: messenger.receipts(),
    readReceipts: messenger.readReceipts(),
    blocked: messenger.blocked(),
  }
}
