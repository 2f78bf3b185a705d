/** Trusted Types (the part that we use): not yet in TypeScript's DOM types. */
interface PolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

/** Only a worker of our own origin, and nothing else, ever becomes a script address. */
const ownWorkersOnly = (url: string): string => {
  const address = new URL(url, location.href)
  const worker = /^\/(?:sw\.js|(?:assets|src\/workers)\/[\w.-]+\.(?:js|ts))$/u.test(address.pathname)
  if (address.origin !== location.origin || !worker) throw new TypeError('Only own workers may be started.')
  return address.href
}

declare const trustedTypes: PolicyFactory | undefined

const policy =
  typeof trustedTypes === 'undefined'
    ? undefined
    : trustedTypes.createPolicy('chatnip', { createScriptURL: ownWorkersOnly })

/** The address of one of our workers, in the form that the CSP's `require-trusted-types-for 'script'` accepts. */
export const trustedWorkerUrl = (url: string): string =>
  policy === undefined ? ownWorkersOnly(url) : policy.createScriptURL(url)
