/** The one axios instance, guarded by the session. Everything that asks the service asks through here. */
import axios, { type AxiosError } from "axios";
import { browserJar } from "../session/hint.ts";
import { proven } from "../session/proving.ts";
import { Session, REFRESH_WAIT, type Told } from "../session/session.ts";
import { problemType } from "./problem.ts";

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("recado-session") : undefined;

export const session = new Session({
  jar: browserJar,
  locks: globalThis.navigator?.locks,
  refresh: () => axios.post("/token/refresh", undefined, { timeout: REFRESH_WAIT }),
  tell: (told) => channel?.postMessage(told),
});

export const http = axios.create({ timeout: 20_000 });
session.guard(http);
http.interceptors.response.use(undefined, async (error: AxiosError) => {
  if (problemType(error) !== "step-up-required" || !error.config || !(await proven())) throw error;
  return http.request(error.config);
});

/** For what changes who is signed in: no interceptor looks at it. */
export const plain = axios.create({ timeout: 20_000 });

channel?.addEventListener("message", (event: MessageEvent<Told>) => session.heard(event.data));
addEventListener("focus", () => session.look());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) session.look();
});

// A page that rests in the back/forward cache is hidden there, and comes back only to whoever may see it.
addEventListener("pagehide", () => document.documentElement.classList.add("resting"));
addEventListener("pageshow", (event) => {
  session.look();
  if (event.persisted && !session.standing.session) location.replace("/app/signin");
  else document.documentElement.classList.remove("resting");
});
