/**
 * An invitation to a list that somebody came with: `/app/join#code`. It is taken off the address, and waits in this tab
 * until they have signed in or up.
 */
const KEY = "recado-join";
export const JOIN = "/app/join";

let taken = "";

/** The code, or "". */
export function pendingInvitation(): string {
  if (location.pathname === JOIN && location.hash.length > 1) {
    keep(decodeURIComponent(location.hash.slice(1)));
    history.replaceState(history.state, "", JOIN);
  }
  return taken || kept();
}

/** It was accepted, or is no good. */
export function invitationIsUsed(): void {
  keep("");
}

/** Where one goes after signing in. */
export const firstPlace = (): string => (pendingInvitation() ? JOIN : "/app/today");

function keep(code: string): void {
  taken = code;
  try {
    if (code) sessionStorage.setItem(KEY, code);
    else sessionStorage.removeItem(KEY);
  } catch {
    // storage is switched off: it waits as long as the page is open
  }
}

function kept(): string {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}
