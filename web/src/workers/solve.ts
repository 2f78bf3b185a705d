import { solveChallenge } from '@chatnip/sdk/work'
import { answerWith } from './answer.ts'

/** The proof of work of the sign-up page. */
answerWith((challenge: string) => solveChallenge(challenge))
