/** Where the outbox keeps its entries: on disk, in the order of their keys. */
import type { Entry } from "../todos/entries.ts";
import type { Shelf } from "./outbox.ts";
import { readAll, within } from "./store.ts";

export const shelf: Shelf = {
  put: async (entry) => void (await within("outbox", "readwrite", (all) => all.put(entry))),
  drop: async (key) => void (await within("outbox", "readwrite", (all) => all.delete(key) as IDBRequest<unknown>)),
  has: async (key) => (await within("outbox", "readonly", (all) => all.count(key))) === 1,
  all: () => readAll<Entry>("outbox"),
};
