/**
 * The to-dos this page knows: what the service said last (`base`), and on top of it what is still on its way (`entries`).
 * A view is a part of them in an order. What is refused is taken off the pile, and the page shows what was there before.
 */
import { apply, type Entry } from "./entries.ts";
import type { Todo } from "./todo.ts";

export class Collection {
  readonly #base = new Map<string, Todo>();
  readonly #shown = new Map<string, Todo>();
  readonly #views = new Map<string, View>();
  #entries: readonly Entry[] = [];
  #byId = new Map<string, Entry[]>();
  /** Called with the ids of what the service said anew. */
  onTaken: (ids: readonly string[]) => void = () => {};

  /** The to-do as it is shown, with what is on its way. */
  get(id: string): Todo | undefined {
    return this.#shown.get(id);
  }

  /** The to-do as the service knows it. */
  stored(id: string): Todo | undefined {
    return this.#base.get(id);
  }

  get size(): number {
    return this.#shown.size;
  }

  all(): Iterable<Todo> {
    return this.#shown.values();
  }

  isWaiting(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Take what the service says; an older version of what is here is left aside. */
  take(todos: Iterable<Todo>): void {
    const changed: string[] = [];
    for (const { next_due: _, ...todo } of todos) {
      const known = this.#base.get(todo.id);
      if (known && known.version > todo.version) continue;
      this.#base.set(todo.id, todo);
      changed.push(todo.id);
    }
    this.#redraw(changed);
    if (changed.length) this.onTaken(changed);
  }

  /** Forget what the service does not show any more. */
  forget(ids: Iterable<string>): void {
    const gone = [...ids].filter((id) => this.#base.delete(id));
    this.#redraw(gone);
    if (gone.length) this.onTaken(gone);
  }

  clear(): void {
    const all = [...this.#shown.keys()];
    this.#base.clear();
    this.#entries = [];
    this.#byId.clear();
    this.#redraw(all);
  }

  /** Show these entries on top, and no others. */
  pile(entries: readonly Entry[]): void {
    const before = new Set(this.#entries);
    const after = new Set(entries);
    const changed = new Set<string>();
    for (const entry of before) if (!after.has(entry)) changed.add(entry.id);
    for (const entry of after) if (!before.has(entry)) changed.add(entry.id);
    this.#entries = entries;
    this.#byId = Map.groupBy(entries, (entry) => entry.id);
    this.#redraw([...changed]);
  }

  /** A view that is kept up to date; `key` names what `accepts` and `compare`, an order without equals, stand for. */
  view(key: string, accepts: (todo: Todo) => boolean, compare: (a: Todo, b: Todo) => number): View {
    let view = this.#views.get(key);
    if (!view) this.#views.set(key, (view = new View(this, accepts, compare)));
    return view;
  }

  #redraw(ids: readonly string[]): void {
    if (!ids.length) return;
    for (const id of ids) {
      let todo = this.#base.get(id);
      for (const entry of this.#byId.get(id) ?? []) todo = apply(todo, entry);
      if (todo) this.#shown.set(id, todo);
      else this.#shown.delete(id);
    }
    for (const view of this.#views.values()) view.changed(ids);
  }
}

export class View {
  #items: readonly Todo[] | undefined;
  #members = new Map<string, Todo>();
  readonly #listeners = new Set<() => void>();
  readonly #of: Collection;
  readonly #accepts: (todo: Todo) => boolean;
  readonly #compare: (a: Todo, b: Todo) => number;

  constructor(of: Collection, accepts: (todo: Todo) => boolean, compare: (a: Todo, b: Todo) => number) {
    this.#of = of;
    this.#accepts = accepts;
    this.#compare = compare;
  }

  /** The to-dos of this view in order; the same array until something in it changes. */
  snapshot = (): readonly Todo[] => {
    if (!this.#items) {
      this.#items = [...this.#of.all()].filter(this.#accepts).sort(this.#compare);
      this.#members = new Map(this.#items.map((todo) => [todo.id, todo]));
    }
    return this.#items;
  };

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** These to-dos are not what they were. A few are put in place one by one; many have everything sorted anew. */
  changed(ids: readonly string[]): void {
    if (!this.#items) return;
    if (!this.#listeners.size || ids.length > 50) this.#items = undefined;
    else this.#items = this.#replaced(this.#items, ids);
    for (const listener of this.#listeners) listener();
  }

  #replaced(items: readonly Todo[], ids: readonly string[]): readonly Todo[] {
    let next: Todo[] | undefined;
    for (const id of new Set(ids)) {
      const before = this.#members.get(id);
      const known = this.#of.get(id);
      const after = known && this.#accepts(known) ? known : undefined;
      if (!before && !after) continue;
      next ??= items.slice();
      if (before) next.splice(place(next, before, this.#compare), 1);
      if (after) next.splice(place(next, after, this.#compare), 0, after);
      if (after) this.#members.set(id, after);
      else this.#members.delete(id);
    }
    return next ?? items;
  }
}

function place(items: readonly Todo[], todo: Todo, compare: (a: Todo, b: Todo) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(items[middle]!, todo) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
