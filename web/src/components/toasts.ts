/** The one short notice at the bottom; the next one takes its place. */

export interface Toast {
  text: string;
  detail?: string;
  bad?: boolean;
  action?: { text: string; run: () => void };
}

export const SHOWN_FOR = 10_000;

let current: (Toast & { key: number }) | undefined;
let count = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export function toast(next: Toast | undefined): void {
  clearTimeout(timer);
  current = next && { ...next, key: ++count };
  if (next) timer = setTimeout(() => toast(undefined), SHOWN_FOR);
  for (const listener of listeners) listener();
}

export const currentToast = (): (Toast & { key: number }) | undefined => current;

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
