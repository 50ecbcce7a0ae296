/** The first minute: three to-dos that say how adding, keys and texts work. This browser remembers which they are. */
import { http } from "../api/http.ts";
import { recall, remember } from "../app/remembered.ts";
import { texts } from "../i18n/index.ts";
import { today } from "../i18n/dates.ts";
import { newId } from "../todos/ids.ts";

/** Make them for the person who has just signed up; the service says in which order they stand. */
export async function makeSamples(zone: string): Promise<void> {
  const fingers = matchMedia("(pointer: coarse)").matches;
  const { first } = texts();
  const due = today(zone);
  const todos = [first.add, fingers ? first.fingers : first.keys, first.texts].map(([title, notes], place) => ({
    id: newId(), title, notes, due, position: `h${place + 1}`,
  }));
  remember("samples", todos.map(({ id }) => id).join(" "));
  await http.post("/todo/batch", { items: todos.map((todo) => ({ op: "create", todo })) });
}

export const sampleIds = (): string[] => recall("samples")?.split(" ") ?? [];

export const forgetSamples = (): void => remember("samples", "");
