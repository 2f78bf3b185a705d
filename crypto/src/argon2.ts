import { argon2id as hashWasmArgon2id } from 'hash-wasm'
import type { Argon2 } from './secrets.ts'

/** Argon2id (RFC 9106) in WebAssembly: about half a second for 64 MiB, all of it on the calling thread. */
export const argon2id: Argon2 = ({ password, salt, memoryKiB, iterations, parallelism, length }) =>
  hashWasmArgon2id({
    password,
    salt,
    memorySize: memoryKiB,
    iterations,
    parallelism,
    hashLength: length,
    outputType: 'binary',
  })
