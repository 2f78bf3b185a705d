import type { ErrorCode } from '@chatnip/protocol'

/** What can go wrong, in the page's own words: the server's refusals, and what only a browser can meet. */
export type ProblemText = ErrorCode | 'no_answer' | 'storage' | 'damaged' | 'keys_unreadable' | 'unexpected'

export const errors: Record<ProblemText, string> = {
  bad_request: 'The server did not understand that. Reload the page; perhaps Chatnip was updated.',
  maybe_bot: 'That was not the word we had in mind. Here is another sentence.',
  proof_invalid: 'That took too long and has to be done again. Please try once more.',
  image_invalid: 'That is not a picture we can read. Choose a PNG, JPEG, WebP or GIF file.',
  not_signed_in: 'Your session is over. Sign in again and go on where you were.',
  wrong_login: 'Wrong name or password.',
  wrong_password: 'Wrong password.',
  wrong_recovery: 'That name and that code do not belong together.',
  not_allowed: 'This browser may not do that.',
  cross_site: 'That request came from another website. Open Chatnip itself.',
  account_disabled: 'This account was switched off by the people who run this server. Please ask them.',
  signup_closed: 'This server takes no new accounts.',
  invite_required: 'This server takes new people by invitation. Ask somebody who runs it for one.',
  invite_invalid: 'That invitation is unknown, used up or too old. Ask for a new one.',
  no_such_user: 'There is nobody of that name here. Check the spelling.',
  not_found: 'That is no longer there.',
  name_taken: 'Somebody already has that name. Choose another.',
  id_reused: 'That message was already sent with other words. Write it again.',
  epoch_passed: 'Somebody changed this group at the same moment. Try again.',
  too_many_key_packages: 'The server holds as many keys of this device as it may. Nothing is missing.',
  too_large: 'That is too large.',
  media_type: 'The server did not understand that. Reload the page; perhaps Chatnip was updated.',
  too_many: 'That was a lot in a short time. Wait a little, then try again.',
  too_many_devices: 'Your account has ten devices already. Remove one in the settings of another browser first.',
  group_full: 'A group holds at most 200 devices. There is no room for more.',
  mailbox_full: 'Their mailbox is full. Your message was not taken; try again later.',
  quota_full: 'Your account has stored as many files as it may. Delete some, or wait until some end.',
  unavailable: 'The server cannot do that at this moment. Nothing was lost; try again shortly.',
  disk_full: 'The server has no room left at the moment. Nothing was lost; try again later.',
  no_answer: 'The server does not answer. Check your connection, then try again.',
  storage: 'This browser refused to store something. Perhaps its disk is full, or it is a private window.',
  damaged:
    'What is stored in this browser is damaged and cannot be opened. Clear the data of this site in the settings of your browser, then log in again. What is only here is gone; the people you wrote to keep theirs.',
  keys_unreadable: 'The stored copy of your keys cannot be opened. Make new keys in the settings.',
  unexpected: 'Something went wrong that we did not foresee. Try again; if it stays, reload the page.',
}
