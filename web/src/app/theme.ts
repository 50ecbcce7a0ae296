/** Light, dark, or as the device has it. */
import { recall, remember } from "./remembered.ts";

export type Theme = "auto" | "light" | "dark";

export function theme(): Theme {
  const kept = recall("theme");
  return kept === "light" || kept === "dark" ? kept : "auto";
}

export function setTheme(theme: Theme): void {
  remember("theme", theme);
  show(theme);
}

export function show(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** Whether it is dark now. */
export function isDark(): boolean {
  const chosen = theme();
  return chosen === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}
