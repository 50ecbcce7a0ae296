/** Asking the service from this page: with a token, or as whoever is signed in in this browser. */
import axios from "axios";
import { browserJar, readHint } from "../session/hint.ts";
import { REFRESH_WAIT, Session } from "../session/session.ts";

export interface Question {
  method: string;
  /** Path and query. */
  address: string;
  headers: Record<string, string>;
  body?: string;
}

const session = new Session({
  jar: browserJar,
  locks: navigator.locks,
  refresh: () => axios.post("/token/refresh", undefined, { timeout: REFRESH_WAIT }),
  tell: () => undefined,
});

export const isSignedIn = (): boolean => readHint(browserJar) !== "";

/** Ask; an access cookie that has run out is renewed once. Never rejects for what the service answers. */
export async function ask(question: Question, signal: AbortSignal): Promise<Response> {
  const { method, address, headers, body } = question;
  const credentials = headers.Authorization ? "omit" : "same-origin";
  const send = () => fetch(address, { method, headers, signal, credentials, ...(body ? { body } : {}) });
  const hint = readHint(browserJar);
  const answer = await send();
  if (answer.status !== 401 || headers.Authorization || !hint) return answer;
  if (!(await answer.clone().text()).includes("#token-expired")) return answer;
  await session.renew(hint);
  return send();
}

/** The same as a line for a shell; a token stands in `$TOKEN`. */
export function curl({ method, address, headers, body }: Question, bearer: boolean): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const { Authorization: _, ...rest } = headers;
  const parts = ["curl", ...(method === "GET" ? [] : [`-X ${method}`]), quoted(location.origin + address)];
  if (bearer) parts.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(rest)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) parts.push(`--data-binary ${quoted(body)}`);
  return parts.join(" ");
}
