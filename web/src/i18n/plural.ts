/** The form of a text that fits a number, by the rules of its language. */
export function plural(locale: string, count: number, forms: { one: string; other: string }): string {
  return new Intl.PluralRules(locale).select(count) === "one" ? forms.one : forms.other;
}
