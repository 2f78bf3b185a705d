/** What takes a processor long: for a face that runs it off its own thread and passes it to the account flows as `argon2` and `solve`. */
export { argon2id } from '@chatnip/crypto/argon2'
export { solveChallenge } from './accounts/proof.ts'
