/** Passkeys in this browser (WebAuthn Level 3). Loaded when somebody may use one. */
import { plain } from "../api/http.ts";
import type { components } from "../api/schema";

export type Asked = components["schemas"]["PasskeyRequest"];

/** A challenge is good for five minutes; what waits for one begins again before that, in milliseconds. */
const WAITS = 240_000;

/** Ask the service for a challenge that anybody may answer who has a passkey here. */
export async function challenge(): Promise<Asked> {
  return (await plain.post<Asked>("/login/challenge")).data;
}

/** Use a passkey; what comes back is for the service. Rejects when the person does not want to. */
export async function use(options: object, more: CredentialRequestOptions = {}): Promise<object> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  const found = await navigator.credentials.get({ publicKey, ...more });
  if (!(found instanceof PublicKeyCredential)) throw new Error("nothing was chosen");
  return found.toJSON() as object;
}

/** Make a passkey. Rejects when the person does not want to, or has one of this account there. */
export async function make(options: object): Promise<object> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  const made = await navigator.credentials.create({ publicKey });
  if (!(made instanceof PublicKeyCredential)) throw new Error("nothing was made");
  return made.toJSON() as object;
}

/** Offer passkeys among what the browser fills in for the user name, until `signal` says stop; `used` signs in. */
export async function offer(signal: AbortSignal, used: (challenge: string, passkey: object) => Promise<void>): Promise<void> {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  while (!signal.aborted) {
    const asked = await challenge();
    const enough = AbortSignal.any([signal, AbortSignal.timeout(WAITS)]);
    try {
      await used(asked.challenge, await use(asked.passkey, { mediation: "conditional", signal: enough }));
      return;
    } catch (error) {
      if (!enough.aborted) throw error;
    }
  }
}
