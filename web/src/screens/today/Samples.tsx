import "./samples.css";
import { useState } from "react";
import { useTexts } from "../../i18n/index.ts";
import { forgetSamples, sampleIds } from "../../session/samples.ts";
import { removeAll } from "../../todos/actions.ts";
import type { Todo } from "../../todos/todo.ts";

/** Below the list, as long as there are examples in it: takes them all away. */
export function Samples({ todos }: { todos: readonly Todo[] }) {
  const t = useTexts();
  const [ids] = useState(() => new Set(sampleIds()));
  const here = ids.size ? todos.filter(({ id }) => ids.has(id)) : [];
  if (!here.length) return null;
  return (
    <p className="samples">
      <span className="note">{t.first.note(here.length)}</span>
      <button
        className="button"
        onClick={() => {
          removeAll(here, t.first.removed);
          forgetSamples();
        }}
      >
        {t.first.remove}
      </button>
    </p>
  );
}
