/** Sign in and sign up. */
import { plain, session } from "../api/http.ts";
import type { components } from "../api/schema";
import { locale } from "../i18n/index.ts";

/** What may be answered to a challenge. */
export type Answer = { passkey: object } | { totp: string } | { recovery: string };

/** Sign in with cookies; this browser's name for the list of devices comes from what it calls itself. */
export async function signIn(username: string, password: string): Promise<void> {
  await plain.post("/login", { username, password, device: deviceName(navigator.userAgent), cookie: true });
  session.entered();
}

/** Sign in by the answer to a challenge: a code, or a passkey. */
export async function signInWith(challenge: string, answer: Answer): Promise<void> {
  await plain.post("/login/factor", { challenge, ...answer, device: deviceName(navigator.userAgent), cookie: true });
  session.entered();
}

/** Make an account, in the language and time zone of this browser, then sign in. */
export async function signUp(username: string, password: string, invite: string): Promise<void> {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const body: components["schemas"]["SignUp"] = { username, password, locale: locale(), time_zone };
  await plain.post("/user", invite ? { ...body, invite } : body);
  await signIn(username, password);
  const { makeSamples } = await import("./samples.ts");
  await makeSamples(time_zone).catch(() => undefined); // one does without
}

function deviceName(agent: string): string {
  const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(agent)?.[0] ?? "";
  const system = /Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? "";
  const named = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  return [named, system.replace("Mac OS X", "Mac").replace("CrOS", "ChromeOS")].filter(Boolean).join(" · ");
}
