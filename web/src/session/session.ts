/**
 * The session in the browser: who is signed in, and what happens when an access token has run out. The tokens are in
 * `HttpOnly` cookies, so nothing here reads one or compares a clock; what it goes by is the readable hint cookie, which
 * changes with each refresh.
 */
import type { AxiosError, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from "axios";
import axios from "axios";
import { problemType } from "../api/problem.ts";
import { newId } from "../todos/ids.ts";
import { dropHint, type Jar, readHint, sessionOf } from "./hint.ts";

/** How long a refresh waits for its turn among the tabs, and for its answer, in milliseconds. */
export const LOCK_WAIT = 4_000;
export const REFRESH_WAIT = 10_000;

const LOCK = "recado-refresh";
/** The problems of status 401 after which this session lets nobody in; the others are about what was typed. */
const OVER = new Set(["token-missing", "token-expired", "token-invalid", "session-ended", ""]);
const KEYED = /^\/(?:todo|list|message|invite)(?:\/|$)/;

declare module "axios" {
  interface InternalAxiosRequestConfig {
    /** The hint this request was sent with. */
    hint?: string;
    /** It was sent again once already. */
    again?: boolean;
  }
}

/** An answer to a request of a session that is no longer the one in the jar. */
export class OfAnOlderSession extends Error {}

export type Why = "never" | "left" | "ended";

export interface Standing {
  /** The id of the session, or "" when nobody is signed in. */
  session: string;
  /** Why nobody is. */
  why: Why;
  /** False while the server does not answer. Nobody is signed out by that. */
  answering: boolean;
}

export interface Surroundings {
  jar: Jar;
  /** Missing where the page is not a secure context, such as `http://192.168.0.10:8080`. */
  locks: LockManager | undefined;
  /** Posts the refresh; the session's own, without interceptors. */
  refresh(): Promise<AxiosResponse>;
  /** Tells the other tabs. */
  tell(message: Told): void;
}

export type Told = { kind: "left" | "ended"; session: string } | { kind: "entered"; session: string };

export class Session {
  #standing: Standing;
  #refreshing: Promise<void> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#standing = { session: sessionOf(readHint(around.jar)), why: "never", answering: true };
  }

  get standing(): Standing {
    return this.#standing;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Have an axios instance note the hint, refresh once when a token has run out, and drop late answers. */
  guard(http: AxiosInstance): void {
    http.interceptors.request.use((config) => this.#sent(config));
    http.interceptors.response.use(
      (answer) => this.#answered(answer),
      (error: AxiosError) => this.#failed(http, error),
    );
  }

  /** Somebody has signed in here: the cookies are in the jar. */
  entered(): void {
    this.#become({ session: sessionOf(readHint(this.#around.jar)), why: "never", answering: true });
    this.#around.tell({ kind: "entered", session: this.#standing.session });
  }

  /** Somebody has signed out here. */
  left(): void {
    this.#out("left", this.#standing.session);
  }

  /** Another tab has told something. */
  heard(told: Told): void {
    if (told.kind === "entered") this.look();
    else if (told.session === this.#standing.session) this.#become({ session: "", why: told.kind, answering: true });
  }

  /** Look into the jar again, as when the page comes back from the back/forward cache. */
  look(): void {
    const session = sessionOf(readHint(this.#around.jar));
    if (session !== this.#standing.session) this.#become({ session, why: session ? "never" : "left", answering: true });
  }

  #sent(config: InternalAxiosRequestConfig): InternalAxiosRequestConfig {
    config.hint = readHint(this.#around.jar);
    if (config.method === "post" && KEYED.test(config.url ?? "") && !config.headers.has("Idempotency-Key")) {
      config.headers.set("Idempotency-Key", newId());
    }
    return config;
  }

  #answered(answer: AxiosResponse): AxiosResponse {
    this.#reached();
    this.#requireCurrent(answer.config as InternalAxiosRequestConfig);
    return answer;
  }

  async #failed(http: AxiosInstance, error: AxiosError): Promise<AxiosResponse> {
    const config = error.config;
    if (!config || axios.isCancel(error)) throw error;
    if (!error.response || error.response.status >= 500) this.#unreached();
    else this.#reached();
    this.#requireCurrent(config);
    if (error.response?.status !== 401) throw error;
    const type = problemType(error);
    if (type === "token-expired" && !config.again) {
      config.again = true;
      await this.renew(config.hint ?? "");
      return http.request(config);
    }
    if (OVER.has(type) && config.hint) this.#out("ended", sessionOf(config.hint));
    throw error;
  }

  /** Wait until there is a newer token than the one of `hint`. Rejects when the session has ended, or nobody answers. */
  async renew(hint: string): Promise<void> {
    if (readHint(this.#around.jar) !== hint) return;
    this.#refreshing ??= this.#refresh(hint).finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #refresh(hint: string): Promise<void> {
    const once = async () => {
      if (readHint(this.#around.jar) === hint) await this.#post(hint);
    };
    const { locks } = this.#around;
    if (!locks) return once();
    let begun = false;
    try {
      await locks.request(LOCK, { signal: AbortSignal.timeout(LOCK_WAIT) }, () => {
        begun = true;
        return once();
      });
    } catch (error) {
      if (begun) throw error;
      await once(); // nobody gives the lock back: the server's grace settles who was first
    }
  }

  async #post(hint: string): Promise<void> {
    try {
      await this.#around.refresh();
      this.#reached();
    } catch (error) {
      const status = (error as AxiosError).response?.status;
      if (status === 401 || status === 403) this.#out("ended", sessionOf(hint));
      else this.#unreached();
      throw error;
    }
  }

  #requireCurrent(config: InternalAxiosRequestConfig): void {
    const then = sessionOf(config.hint ?? "");
    if (then && then !== sessionOf(readHint(this.#around.jar))) {
      throw new OfAnOlderSession("the answer belongs to a session that is over");
    }
  }

  #out(why: "left" | "ended", session: string): void {
    dropHint(this.#around.jar, session);
    this.#around.tell({ kind: why, session });
    if (session === this.#standing.session) this.#become({ session: "", why, answering: true });
  }

  #reached(): void {
    if (!this.#standing.answering) this.#become({ ...this.#standing, answering: true });
  }

  #unreached(): void {
    if (this.#standing.answering) this.#become({ ...this.#standing, answering: false });
  }

  #become(standing: Standing): void {
    this.#standing = standing;
    for (const listener of this.#listeners) listener();
  }
}
