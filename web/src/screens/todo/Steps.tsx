import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import { useTexts } from "../../i18n/index.ts";
import { add, change, remove, tick } from "../../todos/actions.ts";
import { useView } from "../../todos/hooks.ts";
import { collection } from "../../todos/replica.ts";
import { byPosition, type Todo } from "../../todos/todo.ts";
import { Kept } from "./Kept.tsx";

/** The steps of a to-do, done ones as well. */
export function Steps({ todo, fixed }: { todo: Todo; fixed: boolean }) {
  const t = useTexts();
  const me = useMe();
  const [line, setLine] = useState("");
  useQuery({
    queryKey: ["steps", todo.id],
    retry: false,
    queryFn: async () => {
      const params = { parent: todo.id, state: "all", sort: "position", limit: 200 };
      const { data } = await http.get<{ items: Todo[] }>("/todo", { params });
      collection.take(data.items);
      return data.items.length;
    },
  });
  const steps = useView(
    collection.view(`steps:${todo.id}`, (step) => step.parent_id === todo.id && !step.deleted_at, byPosition),
  );
  const done = steps.filter((step) => step.done).length;
  const submit = () => {
    const title = line.trim();
    if (!title) return;
    const body = { title, list_id: todo.list_id, parent_id: todo.id };
    add({ user: me.user_id, list: todo.list_id, line: title, body, shown: { parent_id: todo.id } });
    setLine("");
  };
  return (
    <section className="steps" aria-label={t.todo.steps}>
      <h2>
        {t.todo.steps} {steps.length > 0 && <span className="note">{t.todo.stepsOf(done, steps.length)}</span>}
      </h2>
      <ul>
        {steps.map((step) => (
          <li key={step.id} className="step" data-done={step.done || undefined}>
            <label className="check">
              <input
                type="checkbox"
                checked={step.done}
                disabled={fixed}
                onChange={() => tick(step)}
                aria-label={t.todo.done(step.title)}
              />
            </label>
            <Kept
              label={`${t.todo.title}: ${step.title}`}
              value={step.title}
              disabled={fixed}
              required
              maxLength={500}
              onSave={(title) => change(step, { title })}
            />
            {!fixed && (
              <button className="icon-button" aria-label={`${t.todo.delete}: ${step.title}`} onClick={() => remove(step)}>
                <X size={15} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {!fixed && (
        <form
          className="step-add"
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <Plus size={16} aria-hidden="true" />
          <input
            value={line}
            onChange={(event) => setLine(event.target.value)}
            placeholder={t.todo.addStep}
            aria-label={t.todo.addStep}
            maxLength={500}
          />
        </form>
      )}
    </section>
  );
}
