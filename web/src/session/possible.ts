/** Whether this browser lets one use passkeys at this address: it takes https or localhost, and a host name. */
export function passkeysPossible(): boolean {
  const byAddress = /^[\d.]+$|^\[/.test(location.hostname);
  return isSecureContext && !byAddress && typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
}
