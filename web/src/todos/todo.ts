/** What a to-do is here: as the service gives it, and how the page orders and reads it. */
import type { components } from "../api/schema";

export type Todo = components["schemas"]["Todo"];
export type TodoChange = components["schemas"]["TodoChange"];
/** The body of `POST /todo`: a change with a title, or a line to be read. */
export type NewTodo = components["schemas"]["TodoChange"] & {
  id?: string;
  quick?: string;
  parent_id?: string | null;
};
export type List = components["schemas"]["List"];
export type Account = components["schemas"]["Account"];

export const isOpen = (todo: Todo): boolean => !todo.done && !todo.deleted_at;

/** The day it is due, or "" without one. */
export const dayOf = (todo: Todo): string => todo.due?.slice(0, 10) ?? "";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const byPosition = (a: Todo, b: Todo): number => byText(a.position, b.position) || byText(a.id, b.id);

/** By the moment it is due; what is due on a day comes after what is due at an hour of it. */
export const byDue = (a: Todo, b: Todo): number => byText(moment(a), moment(b)) || rank(a) - rank(b) || byPosition(a, b);

export const lastDone = (a: Todo, b: Todo): number => byText(b.done_at ?? "", a.done_at ?? "") || byText(b.id, a.id);

export const lastDeleted = (a: Todo, b: Todo): number =>
  byText(b.deleted_at ?? "", a.deleted_at ?? "") || byText(b.id, a.id);

const moment = (todo: Todo): string => (todo.due ? (todo.due.length === 10 ? `${todo.due}T99` : todo.due) : "9");
const rank = (todo: Todo): number => todo.priority || 5;
