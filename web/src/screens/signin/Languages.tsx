import { type Locale, speak, useLocale } from "../../i18n/index.ts";

const NAMES: Record<Locale, string> = { en: "English", "pt-BR": "Português" };

/** The other languages, each in its own words. */
export function Languages() {
  const now = useLocale();
  return (Object.keys(NAMES) as Locale[])
    .filter((locale) => locale !== now)
    .map((locale) => (
      <button key={locale} type="button" className="link" lang={locale} onClick={() => speak(locale)}>
        {NAMES[locale]}
      </button>
    ));
}
