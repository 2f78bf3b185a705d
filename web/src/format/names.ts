import { USERNAME_PATTERN } from '@chatnip/protocol'

const PATTERN = new RegExp(USERNAME_PATTERN, 'u')

/** Whether somebody can be called so here. */
export const isUsername = (name: string): boolean => PATTERN.test(name)
