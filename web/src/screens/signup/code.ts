/** The code of a one-time link stands after the `#`, so that it never reaches a log on its way; it is taken off the address. */
let taken = "";

export function takeCode(): string {
  if (location.hash.length > 1) {
    taken = decodeURIComponent(location.hash.slice(1));
    history.replaceState(history.state, "", location.pathname);
  }
  return taken;
}

/** The code has done its work. */
export function codeIsUsed(): void {
  taken = "";
}
