/** Whether this app speaks in groups (decision 0019). Off, conversations are RSA envelopes, and nobody is offered a group of many. */
export const HAS_GROUPS: boolean = true
