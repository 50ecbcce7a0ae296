import axios, { AxiosError, type AxiosAdapter, type AxiosInstance, AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from "axios";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LOCK_WAIT, OfAnOlderSession, Session, type Told } from "./session.ts";

/** A service with cookies: an access token is good for the hint it came with. */
class Cookies {
  hint = "s1.0";
  good = true;
  refreshes = 0;
  requests: InternalAxiosRequestConfig[] = [];
  told: Told[] = [];
  refused = 0;
  slow = 0;
  locks: LockManager | undefined = undefined;

  readonly jar = {
    read: () => (this.hint ? `other=1; recado_hint=${this.hint}` : "other=1"),
    write: (cookie: string) => {
      if (cookie.startsWith("recado_hint=;")) this.hint = "";
    },
  };

  renew(): void {
    this.hint = `s1.${Number(this.hint.split(".")[1]) + 1}`;
    this.good = true;
  }

  refresh = async (): Promise<AxiosResponse> => {
    this.refreshes++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (this.refused) throw failure({ headers: new AxiosHeaders() }, this.refused, "session-ended");
    this.renew();
    return {} as AxiosResponse;
  };

  adapter: AxiosAdapter = async (config) => {
    this.requests.push(config);
    const good = this.good;
    await new Promise((resolve) => setTimeout(resolve, this.slow));
    if (!good) throw failure(config, 401, "token-expired");
    return { config, status: 200, statusText: "OK", data: "fine", headers: {} };
  };

  tab(): { session: Session; http: AxiosInstance } {
    const session = new Session({ jar: this.jar, locks: this.locks, refresh: () => this.refresh(), tell: (told) => this.told.push(told) });
    const http = axios.create({ adapter: (config) => this.adapter(config) });
    session.guard(http);
    return { session, http };
  }
}

function failure(config: InternalAxiosRequestConfig, status: number, type: string): AxiosError {
  const response = { status, data: { type: `https://example/#${type}` }, config, headers: {}, statusText: "" };
  return new AxiosError(type, "ERR", config, undefined, response as AxiosResponse);
}

/** Locks as a browser has them, for one name. */
function locks(): LockManager {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, options: { signal: AbortSignal }, work: () => Promise<unknown>) => {
    const turn = last;
    const given = new Promise((resolve, reject) => {
      options.signal.addEventListener("abort", () => reject(options.signal.reason as Error));
      void turn.then(() => resolve(undefined));
    });
    const done = given.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return { request } as unknown as LockManager;
}

let cookies: Cookies;
beforeEach(() => {
  cookies = new Cookies();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a token that has run out", () => {
  it("is renewed once for twenty calls, and all of them succeed", async () => {
    const { http } = cookies.tab();
    cookies.good = false;
    const answers = await Promise.all(Array.from({ length: 20 }, () => http.get("/me")));
    expect(answers.map(({ data }) => data as string)).toEqual(Array(20).fill("fine"));
    expect(cookies.refreshes).toBe(1);
    expect(cookies.requests).toHaveLength(40);
  });

  it("is renewed once for eight tabs with five calls each", async () => {
    cookies.locks = locks();
    const tabs = Array.from({ length: 8 }, () => cookies.tab());
    cookies.good = false;
    await Promise.all(tabs.flatMap(({ http }) => Array.from({ length: 5 }, () => http.get("/me"))));
    expect(cookies.refreshes).toBe(1);
  });

  it("is not renewed when another tab has done so meanwhile", async () => {
    const { http } = cookies.tab();
    cookies.good = false;
    cookies.slow = 5;
    const asked = http.get("/me");
    await Promise.resolve();
    setTimeout(() => cookies.renew(), 2);
    await asked;
    expect(cookies.refreshes).toBe(0);
  });

  it("is renewed once for a request, never twice", async () => {
    const { http } = cookies.tab();
    cookies.adapter = async (config) => Promise.reject(failure(config, 401, "token-expired"));
    await expect(http.get("/me")).rejects.toThrow("token-expired");
    expect(cookies.refreshes).toBe(1);
  });

  it("is renewed without a lock that is held for ever, after four seconds", async () => {
    cookies.locks = locks();
    void cookies.locks.request("recado-refresh", { signal: new AbortController().signal }, () => new Promise(() => {}));
    const { http } = cookies.tab();
    cookies.good = false;
    const began = Date.now();
    await http.get("/me");
    expect(cookies.refreshes).toBe(1);
    expect(Date.now() - began).toBeGreaterThan(LOCK_WAIT - 100);
  }, 8_000);
});

describe("somebody is signed out", () => {
  it.each([401, 403])("when the refresh is answered %i", async (status) => {
    const { http, session } = cookies.tab();
    cookies.good = false;
    cookies.refused = status;
    await expect(http.get("/me")).rejects.toThrow();
    expect(session.standing).toMatchObject({ session: "", why: "ended" });
    expect(cookies.told).toEqual([{ kind: "ended", session: "s1" }]);
    expect(cookies.hint).toBe("");
  });

  it("when the session has ended, without a refresh", async () => {
    const { http, session } = cookies.tab();
    cookies.adapter = async (config) => Promise.reject(failure(config, 401, "session-ended"));
    await expect(http.get("/me")).rejects.toThrow();
    expect(session.standing).toMatchObject({ session: "", why: "ended" });
    expect(cookies.refreshes).toBe(0);
  });

  it("when another tab says so", () => {
    const { session } = cookies.tab();
    session.heard({ kind: "left", session: "s1" });
    expect(session.standing).toMatchObject({ session: "", why: "left" });
  });

  it("when the hint is gone as the page comes back", () => {
    const { session } = cookies.tab();
    cookies.hint = "";
    session.look();
    expect(session.standing.session).toBe("");
  });
});

describe("somebody stays signed in", () => {
  it.each([500, 503, 0])("when the refresh is answered %i", async (status) => {
    const { http, session } = cookies.tab();
    cookies.good = false;
    cookies.refresh = async () => Promise.reject(status ? failure({ headers: new AxiosHeaders() }, status, "unavailable") : new AxiosError("Network Error"));
    await expect(http.get("/me")).rejects.toThrow();
    expect(session.standing).toMatchObject({ session: "s1", answering: false });
    expect(cookies.told).toEqual([]);
  });

  it("when a password for something else is wrong", async () => {
    const { http, session } = cookies.tab();
    cookies.adapter = async (config) => Promise.reject(failure(config, 401, "bad-credentials"));
    await expect(http.delete("/me")).rejects.toThrow();
    expect(session.standing.session).toBe("s1");
  });

  it.each(["second-factor-required", "second-factor-wrong", "challenge-over"])("when a second factor is asked for: %s", async (type) => {
    const { session, http } = cookies.tab();
    cookies.adapter = async (config) => Promise.reject(failure(config, 401, type));
    await expect(http.post("/session/proof")).rejects.toThrow();
    expect(session.standing.session).toBe("s1");
  });

  it("when an older session of this browser ends", () => {
    const { session } = cookies.tab();
    session.heard({ kind: "ended", session: "s0" });
    expect(session.standing.session).toBe("s1");
  });
});

it("drops an answer that belongs to an older session", async () => {
  const { http, session } = cookies.tab();
  cookies.slow = 5;
  const asked = http.get("/me");
  setTimeout(() => {
    cookies.hint = "s2.0";
  }, 1);
  await expect(asked).rejects.toBeInstanceOf(OfAnOlderSession);
  session.look();
  expect(session.standing.session).toBe("s2");
});

it("gives a write a key, and the same key when it is sent again", async () => {
  const { http } = cookies.tab();
  cookies.good = false;
  await http.post("/todo", { title: "x" });
  await http.post("/login", {});
  const keys = cookies.requests.map((config) => config.headers.get("Idempotency-Key"));
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(keys[1]).toBe(keys[0]);
  expect(keys[2]).toBeUndefined();
});

it("says that the server answers again", async () => {
  const { http, session } = cookies.tab();
  const { adapter } = cookies;
  cookies.adapter = async (config) => Promise.reject(failure(config, 503, "unavailable"));
  await expect(http.get("/me")).rejects.toThrow();
  expect(session.standing.answering).toBe(false);
  cookies.adapter = adapter;
  await http.get("/me");
  expect(session.standing.answering).toBe(true);
});
