/** How React reads the to-dos. */
import { useSyncExternalStore } from "react";
import type { View } from "./collection.ts";
import { collection, isComplete, outbox, subscribeComplete, subscribePile } from "./replica.ts";
import { byPosition, isOpen, type Todo } from "./todo.ts";

/** The to-dos of a view, in order. */
export function useView(view: View): readonly Todo[] {
  return useSyncExternalStore(view.subscribe, view.snapshot);
}

/** One to-do as it is shown now. */
export function useTodo(id: string): Todo | undefined {
  const view = collection.view(`one:${id}`, (todo) => todo.id === id, byPosition);
  return useView(view)[0];
}

/** Whether all open to-dos are here: an empty view is really empty only then. */
export function useComplete(): boolean {
  return useSyncExternalStore(subscribeComplete, isComplete);
}

/** How many changes wait to be sent. */
export function useWaiting(): number {
  return useSyncExternalStore(subscribePile, () => outbox.entries.length);
}

/** Whether a change of this to-do waits to be sent. */
export function useIsWaiting(id: string): boolean {
  return useSyncExternalStore(subscribePile, () => collection.isWaiting(id));
}

/** The open to-dos of a list, in its order. */
export const listView = (id: string): View =>
  collection.view(`list:${id}`, (todo) => todo.list_id === id && isOpen(todo) && !todo.parent_id, byPosition);
