/** Keys that work everywhere. What a list does with keys stands in `components/TodoList.tsx`. */
import { useEffect, useState } from "react";
import { navigate } from "wouter/use-browser-location";
import { undoLast } from "../todos/undo.ts";
import { recall } from "./remembered.ts";

export type DialogName = "commands" | "keys" | undefined;

/** Single letters can be switched off in the settings (WCAG 2.1.4). */
export const lettersOn = (): boolean => recall("keys") !== "off";

/** Whether somebody is typing, so that letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !/^(?:checkbox|radio|button|submit)$/.test(target.type);
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Put the cursor into the line for new to-dos. False when this screen has none. */
export function focusQuickAdd(): boolean {
  const field = document.querySelector<HTMLInputElement>("#quick-add");
  field?.scrollIntoView({ block: "nearest" });
  field?.focus();
  return field !== null;
}

export function useKeys(): { dialog: DialogName; setDialog(name: DialogName): void; closed(name: DialogName): void } {
  const [dialog, setDialog] = useState<DialogName>();
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const control = event.ctrlKey || event.metaKey;
      if (control && event.key.toLowerCase() === "k") return take(event, () => setDialog("commands"));
      if (document.querySelector("dialog[open]")) return undefined;
      const undoes = control && event.key.toLowerCase() === "z" && !event.shiftKey;
      // In an empty line for new to-dos there is nothing else to take back.
      const { id, value } = event.target as HTMLInputElement;
      if (undoes && id === "quick-add" && !value) return take(event, undoLast);
      if (isTyping(event.target)) return undefined;
      if (undoes) return take(event, undoLast);
      if (control || event.altKey || !lettersOn()) return undefined;
      if (event.key === "q") return take(event, add);
      if (event.key === "/") return take(event, () => navigate("/app/search"));
      if (event.key === "?") return take(event, () => setDialog("keys"));
      return undefined;
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  // The browser tells of a closed dialog a moment later, when the next one may be open already.
  const closed = (name: DialogName) => setDialog((now) => (now === name ? undefined : now));
  return { dialog, setDialog, closed };
}

function add(): void {
  if (focusQuickAdd()) return;
  navigate("/app/today");
  setTimeout(focusQuickAdd, 50);
}

function take(event: KeyboardEvent, act: () => unknown): void {
  event.preventDefault();
  act();
}
