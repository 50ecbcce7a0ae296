/** What this browser keeps on disk, in IndexedDB: changes on their way, and the to-dos as they were last. */

const NAME = "recado";
const VERSION = 1;
export type Store = "outbox" | "todos" | "facts";

let opened: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("outbox", { keyPath: "key" });
      asked.result.createObjectStore("todos", { keyPath: "id" });
      asked.result.createObjectStore("facts");
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = undefined;
      };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error ?? new Error("IndexedDB cannot be opened"));
  });
  return opened;
}

/** Do something in one transaction. Resolves once it is on disk; rejects where nothing can be kept. */
export async function within<T>(
  store: Store,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode);
    const asked = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
}

export const readAll = async <T>(store: Store): Promise<T[]> =>
  ((await within(store, "readonly", (all) => all.getAll() as IDBRequest<T[]>)) ?? []) as T[];

export const fact = <T>(name: string): Promise<T | undefined> =>
  within("facts", "readonly", (facts) => facts.get(name) as IDBRequest<T>);

export const keepFact = (name: string, value: unknown): Promise<unknown> =>
  within("facts", "readwrite", (facts) => facts.put(value, name));

/** Forget the to-dos and facts of whoever was signed in; changes on their way stay for when they come back. */
export async function forgetKept(): Promise<void> {
  await within("todos", "readwrite", (todos) => void todos.clear() as undefined);
  await within("facts", "readwrite", (facts) => void facts.clear() as undefined);
}
