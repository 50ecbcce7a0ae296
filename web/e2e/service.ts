/** `recado serve` as people run it, in a folder of its own, on a free port. Its output goes to a file. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
export const PYTHON = process.env.RECADO_PYTHON ?? join(ROOT, ".venv/bin/python");
export const PASSWORD = "a quiet river under the old bridge";

export interface Person {
  username: string;
  token: string;
  user_id: number;
}

export class Service {
  readonly folder = mkdtempSync(join(tmpdir(), "recado-web-"));
  readonly port: number;
  readonly #settings: Record<string, string>;
  #process: ChildProcess | undefined;
  #people = 0;

  private constructor(port: number, settings: Record<string, string>) {
    this.port = port;
    this.#settings = settings;
  }

  static async start(settings: Record<string, string> = {}): Promise<Service> {
    const service = new Service(await freePort(), settings);
    await service.start();
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return readFileSync(join(this.folder, "log"), "utf-8");
  }

  get #environment(): Record<string, string> {
    const { PATH = "", HOME = "" } = process.env;
    return { PATH, HOME, PORT: String(this.port), RECADO_DATA: join(this.folder, "data"), RECADO_SIGNUP: "open", ...this.#settings };
  }

  async start(): Promise<void> {
    const out = openSync(join(this.folder, "log"), "a");
    this.#process = spawn(PYTHON, ["-m", "recado", "serve"], {
      cwd: this.folder,
      env: this.#environment,
      stdio: ["ignore", out, out],
    });
    for (let tries = 0; tries < 400 && this.#runs; tries++) {
      const alive = await fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
      if (alive) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`recado did not start:\n${this.log}`);
  }

  get #runs(): boolean {
    return this.#process !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Stop answering, keeping the data. */
  async pause(): Promise<void> {
    if (!this.#runs) return;
    const ended = new Promise((resolve) => this.#process?.once("exit", resolve));
    this.#process?.kill("SIGTERM");
    const late = setTimeout(() => this.#process?.kill("SIGKILL"), 20_000);
    await ended;
    clearTimeout(late);
  }

  async stop(): Promise<void> {
    await this.pause();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Run another command, such as `run("user", "invite")`. */
  run(...words: string[]): string {
    return execFileSync(PYTHON, ["-m", "recado", ...words], { cwd: this.folder, env: this.#environment, encoding: "utf-8" });
  }

  async call<T>(method: string, path: string, token?: string, body?: unknown): Promise<T> {
    const headers = { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(body ? { "Content-Type": "application/json" } : {}) };
    const answer = await fetch(this.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  /** A new person, signed in as a program, besides any browser. */
  async person(locale = "en"): Promise<Person> {
    const username = `person${++this.#people}`;
    const user_id = await this.#signUp({
      username, password: PASSWORD, locale, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
    return this.again({ username, user_id, token: "" });
  }

  /** Each from an address of their own, as only so many may sign up from one. */
  #signUp(body: object): Promise<number> {
    return new Promise((resolve, reject) => {
      const options = { method: "POST", localAddress: `127.0.1.${this.#people}`, headers: { "Content-Type": "application/json" } };
      const asked = request(`${this.url}/user`, options, async (answer) => {
        const text = (await answer.toArray()).join("");
        if (answer.statusCode === 201) resolve((JSON.parse(text) as { user_id: number }).user_id);
        else reject(new Error(`POST /user: ${answer.statusCode} ${text}`));
      });
      asked.on("error", reject).end(JSON.stringify(body));
    });
  }

  /** The same person with a token that was just made. */
  async again(person: Person): Promise<Person> {
    const { username } = person;
    const { access_token } = await this.call<{ access_token: string }>("POST", "/login", undefined, { username, password: PASSWORD });
    return { ...person, token: access_token };
  }

  /** End the browsers of somebody, as another device would. */
  async endBrowsers(person: Person): Promise<void> {
    const { token } = await this.again(person);
    const { items } = await this.call<{ items: { id: string; kind: string }[] }>("GET", "/session", token);
    for (const { id } of items.filter(({ kind }) => kind === "browser")) await this.call("DELETE", `/session/${id}`, token);
  }

  todo<T = { id: string; title: string }>(person: Person, body: object): Promise<T> {
    return this.call<T>("POST", "/todo", person.token, body);
  }

  /** Give somebody a phone; the code is read where `texts` finds them. */
  async givePhone(person: Person, phone: string, texts = () => this.log): Promise<void> {
    await this.call("POST", "/me/phone", person.token, { phone });
    for (let tries = 0; tries < 100; tries++) {
      const code = /\b\d{6}\b(?!.*\b\d{6}\b)/s.exec(texts())?.[0];
      if (code) return this.call("POST", "/me/phone/verify", person.token, { code });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the code never came");
  }

  async todos(person: Person, query = ""): Promise<{ id: string; title: string; done: boolean }[]> {
    return (await this.call<{ items: never[] }>("GET", `/todo?limit=200&${query}`, person.token)).items;
  }
}

/** Below those the system gives to outgoing connections: a service that is away for a while finds its port free. */
function freePort(): Promise<number> {
  const port = 10_000 + Math.floor(Math.random() * 20_000);
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(freePort()));
    probe.listen(port, "0.0.0.0", () => probe.close(() => resolve(port)));
  });
}
