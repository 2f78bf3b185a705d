const UNITS = ['byte', 'kilobyte', 'megabyte'] as const

/** Bytes as people say them: 512 bytes, 3.4 MB. */
export const sizeWords = (locale: string, bytes: number): string => {
  const step = bytes < 1_000 ? 0 : bytes < 999_500 ? 1 : 2
  const value = bytes / 1_000 ** step
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[step],
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value)
}
