/** Which language the page speaks. `useTexts()` gives the texts; a change is drawn at once. */
import { useSyncExternalStore } from "react";
import { recall, remember } from "../app/remembered.ts";
import { type Catalogue, en } from "./en.ts";
import { ptBR } from "./pt-BR.ts";

export type Locale = "en" | "pt-BR";

const CATALOGUES: Record<Locale, Catalogue> = { en, "pt-BR": ptBR };
const listeners = new Set<() => void>();
let current: Locale = preferred();
document.documentElement.lang = current;

function preferred(): Locale {
  const chosen = recall("locale");
  if (chosen === "en" || chosen === "pt-BR") return chosen;
  return navigator.language.toLowerCase().startsWith("pt") ? "pt-BR" : "en";
}

export function locale(): Locale {
  return current;
}

export function texts(): Catalogue {
  return CATALOGUES[current];
}

/** Speak another language from now on, also after the next start of the page. */
export function speak(locale: Locale): void {
  remember("locale", locale);
  if (locale === current) return;
  current = locale;
  document.documentElement.lang = locale;
  for (const listener of listeners) listener();
}

/** Be told when another language is spoken. */
export function onSpeak(listener: () => void): void {
  listeners.add(listener);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLocale(): Locale {
  return useSyncExternalStore(subscribe, locale);
}

export function useTexts(): Catalogue {
  return CATALOGUES[useLocale()];
}
