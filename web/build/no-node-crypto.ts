/**
 * Stands where libraries would load Node's crypto if a browser had no WebCrypto. One that has none is turned away before (`pages/insecure.tsx`).
 */
export const webcrypto: undefined = undefined
