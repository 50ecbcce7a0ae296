/** Passphrases of words that are easy to remember: each of 2,048 is worth 11 bits, five are worth 55. */
import type { Locale } from "../../i18n/index.ts";

const WORDS = 5;

const LISTS: Record<Locale, () => Promise<{ wordlist: readonly string[] }>> = {
  en: () => import("@scure/bip39/wordlists/english.js"),
  "pt-BR": () => import("@scure/bip39/wordlists/portuguese.js"),
};

export async function suggest(locale: Locale): Promise<string> {
  const { wordlist } = await LISTS[locale]();
  // 2,048 divides 2¹⁶, so the rest of a random number is as random.
  const numbers = crypto.getRandomValues(new Uint16Array(WORDS));
  return Array.from(numbers, (number) => wordlist[number % wordlist.length]).join(" ");
}
