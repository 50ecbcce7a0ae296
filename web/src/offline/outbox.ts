/**
 * The outbox: every change of a to-do goes through here, in order, one at a time, and is kept on disk until the service
 * has answered. Each is sent once: one tab sends at a time where the browser has locks, and ids, `Idempotency-Key` and
 * `If-Match` see to the rest.
 */
import type { AxiosInstance } from "axios";
import { isUnanswered } from "../api/problem.ts";
import { type Change, type Entry, send } from "../todos/entries.ts";
import { newId } from "../todos/ids.ts";
import type { Todo } from "../todos/todo.ts";

/** Where entries are kept between two starts of the page. */
export interface Shelf {
  put(entry: Entry): Promise<void>;
  drop(key: string): Promise<void>;
  has(key: string): Promise<boolean>;
  all(): Promise<Entry[]>;
}

export interface Surroundings {
  http: AxiosInstance;
  shelf: Shelf;
  locks: LockManager | undefined;
  /** Tells other tabs that the shelf has changed. */
  tell(): void;
  stored(id: string): Todo | undefined;
  /** The pile has changed. */
  onPile(entries: readonly Entry[]): void;
  /** The service has answered. */
  onDone(entry: Entry, todo: Todo | undefined): void;
  /** The service has refused, for good. */
  onRefused(entry: Entry, error: unknown): void;
}

const LOCK = "recado-outbox";
const LOCK_WAIT = 4_000;
const LONGEST = 30_000;

export class Outbox {
  #entries: readonly Entry[] = [];
  #user = 0;
  #sending: string | undefined;
  #running = false;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Begin for somebody: what they had not sent yet is on the pile again. */
  async begin(user: number): Promise<void> {
    this.#user = user;
    await this.reload();
    this.kick();
  }

  /** Nobody is signed in any more; what waits stays on the shelf. */
  end(): void {
    this.#user = 0;
    clearTimeout(this.#timer);
    this.#show([]);
  }

  /** Put a change on the pile: it is shown at once, kept, then sent. */
  add(change: Change): Entry {
    const entry: Entry = { ...change, key: newId(), user: this.#user, at: new Date().toISOString() };
    this.#show([...this.#entries, entry]);
    void this.#keep(entry).then(() => this.kick());
    return entry;
  }

  /** Take an entry back that has not been sent yet. False when it is too late for that. */
  takeBack(entry: Entry): boolean {
    if (this.#sending === entry.key || !this.#entries.includes(entry)) return false;
    this.#show(this.#entries.filter((one) => one !== entry));
    void this.#drop(entry.key);
    return true;
  }

  /** Look at the shelf again: another tab has put something there, or has sent something. */
  async reload(): Promise<void> {
    try {
      const kept = (await this.#around.shelf.all()).filter((entry) => entry.user === this.#user);
      const known = new Map(this.#entries.map((entry) => [entry.key, entry]));
      const fresh = this.#entries.filter((entry) => this.#unkept.has(entry.key));
      const merged = [...kept.map((entry) => known.get(entry.key) ?? entry), ...fresh];
      this.#show(merged.sort((a, b) => (a.key < b.key ? -1 : 1)));
    } catch {
      // nothing can be kept in this browser: what is in memory stands
    }
  }

  /** Send what waits, now. */
  kick(): void {
    clearTimeout(this.#timer);
    if (!this.#running && this.#user) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#user && this.#entries.length) await this.#next(this.#entries[0]!);
      this.#tries = 0;
    } catch {
      this.#later();
    } finally {
      this.#running = false;
    }
  }

  async #next(entry: Entry): Promise<void> {
    this.#sending = entry.key;
    try {
      await this.#alone(() => this.#send(entry));
    } finally {
      this.#sending = undefined;
    }
  }

  async #send(entry: Entry): Promise<void> {
    if (!(await this.#isThere(entry.key))) return this.#settled(entry); // another tab was faster
    try {
      const todo = await send(this.#around.http, entry, this.#around.stored(entry.id));
      this.#around.onDone(entry, todo);
    } catch (error) {
      if (isUnanswered(error) || !("response" in (error as object)) || unauthorized(error)) throw error;
      this.#around.onRefused(entry, error);
    }
    this.#tries = 0;
    await this.#drop(entry.key);
    this.#settled(entry);
  }

  #settled(entry: Entry): void {
    this.#show(this.#entries.filter((one) => one.key !== entry.key));
  }

  #later(): void {
    if (!this.#user) return;
    this.#tries += 1;
    this.#timer = setTimeout(() => this.kick(), Math.min(1_000 * 2 ** (this.#tries - 1), LONGEST));
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    const { locks } = this.#around;
    if (!locks) return work();
    let begun = false;
    try {
      await locks.request(LOCK, { signal: AbortSignal.timeout(LOCK_WAIT) }, () => {
        begun = true;
        return work();
      });
    } catch (error) {
      if (begun) throw error;
      await work();
    }
  }

  readonly #unkept = new Set<string>();

  async #keep(entry: Entry): Promise<void> {
    this.#unkept.add(entry.key);
    try {
      await this.#around.shelf.put(entry);
      this.#unkept.delete(entry.key);
      this.#around.tell();
    } catch {
      // nothing can be kept in this browser: it stays in memory
    }
  }

  async #drop(key: string): Promise<void> {
    this.#unkept.delete(key);
    await this.#around.shelf.drop(key).catch(() => undefined);
    this.#around.tell();
  }

  async #isThere(key: string): Promise<boolean> {
    return this.#unkept.has(key) || this.#around.shelf.has(key).catch(() => true);
  }

  #show(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#around.onPile(entries);
  }
}

function unauthorized(error: unknown): boolean {
  return (error as { response?: { status: number } }).response?.status === 401;
}
