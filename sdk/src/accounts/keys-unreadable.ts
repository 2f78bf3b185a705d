/** The account's keys cannot be opened by this password, although the server knows it: only new keys help. */
export class KeysUnreadable extends Error {
  constructor() {
    super('The stored copy of your keys cannot be opened. Make new keys in the settings.')
    this.name = 'KeysUnreadable'
  }
}
