import { expect, it } from "vitest";
import { Collection } from "./collection.ts";
import type { Entry } from "./entries.ts";
import { byPosition, isOpen, type Todo } from "./todo.ts";

const todo = (id: string, more: Partial<Todo> = {}): Todo =>
  ({ id, position: id, title: id, version: 1, done: false, deleted_at: null, ...more }) as Todo;
const entry = (change: object): Entry => ({ key: "k", user: 1, at: "2026-11-24T00:00:00Z", ...change }) as Entry;

function open(collection: Collection): string[] {
  return collection.view("open", isOpen, byPosition).snapshot().map(({ id }) => id);
}

it("keeps the newer version, whichever comes last", () => {
  const collection = new Collection();
  collection.take([todo("a", { version: 3, title: "new" })]);
  collection.take([todo("a", { version: 2, title: "old" })]);
  expect(collection.get("a")?.title).toBe("new");
});

it("shows a change at once, and what was there before when it is taken back", () => {
  const collection = new Collection();
  collection.take([todo("a"), todo("b")]);
  collection.pile([entry({ kind: "change", id: "a", members: { done: true }, before: todo("a") })]);
  expect(open(collection)).toEqual(["b"]);
  expect(collection.isWaiting("a")).toBe(true);
  collection.pile([]);
  expect(open(collection)).toEqual(["a", "b"]);
});

it("keeps views in order, however few or many change", () => {
  const collection = new Collection();
  const view = collection.view("open", isOpen, byPosition);
  view.subscribe(() => {});
  const names = Array.from({ length: 200 }, (_, number) => String(number).padStart(3, "0"));
  collection.take(names.toReversed().map((name) => todo(name)));
  expect(view.snapshot().map(({ id }) => id)).toEqual(names);
  collection.take([todo("100", { version: 2, position: "0505" })]);
  expect(view.snapshot().map(({ id }) => id).slice(50, 53)).toEqual(["050", "100", "051"]);
});

it("gives the same array while nothing in a view changes", () => {
  const collection = new Collection();
  const view = collection.view("open", isOpen, byPosition);
  view.subscribe(() => {});
  collection.take([todo("a"), todo("b", { done: true })]);
  const before = view.snapshot();
  collection.take([todo("b", { done: true, version: 2 })]);
  expect(view.snapshot()).toBe(before);
});
