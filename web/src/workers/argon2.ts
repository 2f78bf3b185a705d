import type { Argon2Input } from '@chatnip/sdk/accounts'
import { argon2id } from '@chatnip/sdk/work'
import { answerWith } from './answer.ts'

/** Half a second of computing that must not stop the page. */
answerWith((question: Argon2Input) => argon2id(question))
