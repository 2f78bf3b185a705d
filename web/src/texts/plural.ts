type Count = (n: number, one: string, other: string) => string

/**
 * How a language counts: the number as it writes numbers, and the form of the noun that it wants beside it. For languages with one form
 * for one and another for the rest; one with more forms needs more than this.
 */
export const countIn = (language: string): Count => {
  let rules: Intl.PluralRules | null = null
  let numbers: Intl.NumberFormat | null = null
  return (n, one, other) => {
    /** Made when first needed: the first page counts nothing. */
    rules ??= new Intl.PluralRules(language)
    numbers ??= new Intl.NumberFormat(language)
    return `${numbers.format(n)} ${rules.select(n) === 'one' ? one : other}`
  }
}
