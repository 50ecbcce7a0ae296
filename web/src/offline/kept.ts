/** The to-dos as they were last, on disk, so that the page opens with them; written in small portions when there is time. */
import type { Collection } from "../todos/collection.ts";
import { type Account, isOpen, type List, type Todo } from "../todos/todo.ts";
import { fact, forgetKept, keepFact, readAll, within } from "./store.ts";

const PORTION = 200;
const PAUSE = 1_000;

export interface KeptAccount {
  session: string;
  account: Account;
  lists: List[];
}

export class Kept {
  readonly #collection: Collection;
  readonly #dirty = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(collection: Collection) {
    this.#collection = collection;
  }

  /** Show what is kept of this person, and keep what changes from now on. What is of somebody else is forgotten. */
  async begin(user: number): Promise<void> {
    try {
      if ((await fact<number>("user")) === user) this.#collection.take(await readAll<Todo>("todos"));
      else await forgetKept();
      await keepFact("user", user);
    } catch {
      return; // nothing can be kept in this browser
    }
    this.#collection.onTaken = (ids) => {
      for (const id of ids) this.#dirty.add(id);
      this.#timer ??= setTimeout(() => void this.#write(), PAUSE);
    };
  }

  async forget(): Promise<void> {
    this.#collection.onTaken = () => {};
    this.#dirty.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await forgetKept().catch(() => undefined);
  }

  /** The account and lists that were kept for this session. */
  async account(session: string): Promise<KeptAccount | undefined> {
    const kept = await fact<KeptAccount>("account").catch(() => undefined);
    return kept && kept.session === session ? kept : undefined;
  }

  keepAccount(session: string, account: Account, lists: List[]): void {
    if (session) void keepFact("account", { session, account, lists }).catch(() => undefined);
  }

  async #write(): Promise<void> {
    const portion = [...this.#dirty].slice(0, PORTION);
    for (const id of portion) this.#dirty.delete(id);
    const put = (todos: IDBObjectStore) => {
      for (const id of portion) {
        const todo = this.#collection.stored(id);
        if (todo && isOpen(todo)) todos.put(todo);
        else todos.delete(id);
      }
      return undefined;
    };
    await within("todos", "readwrite", put).catch(() => this.#dirty.clear());
    this.#timer = this.#dirty.size ? setTimeout(() => void this.#write(), 50) : undefined;
  }
}
