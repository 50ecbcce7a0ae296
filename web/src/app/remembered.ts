/** Small choices that this browser keeps: language, theme, whether single-letter keys work, which to-dos are examples. Nothing private. */
export type Choice = "locale" | "theme" | "keys" | "menu" | "samples";

export function recall(choice: Choice): string | null {
  try {
    return localStorage.getItem(`recado-${choice}`);
  } catch {
    return null; // storage is switched off
  }
}

export function remember(choice: Choice, value: string): void {
  try {
    localStorage.setItem(`recado-${choice}`, value);
  } catch {
    // storage is switched off: the choice lasts as long as the page
  }
}
