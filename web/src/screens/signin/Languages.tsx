import { type Locale, speak, useLocale } from "../../i18n/index.ts";

/** Each language by its own name. */
export const LANGUAGES: Record<Locale, string> = { en: "English", "pt-BR": "Português" };

/** The other languages, each in its own words. */
export function Languages() {
  const now = useLocale();
  return (Object.keys(LANGUAGES) as Locale[])
    .filter((locale) => locale !== now)
    .map((locale) => (
      <button key={locale} type="button" className="link" lang={locale} onClick={() => speak(locale)}>
        {LANGUAGES[locale]}
      </button>
    ));
}
