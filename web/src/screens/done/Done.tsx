import { useMemo } from "react";
import { Empty } from "../../components/Empty.tsx";
import { More } from "../../components/More.tsx";
import { TodoList } from "../../components/TodoList.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useView } from "../../todos/hooks.ts";
import { collection } from "../../todos/replica.ts";
import { lastDone } from "../../todos/todo.ts";
import { usePages } from "../../todos/usePages.ts";

/** What was done, the latest first. */
export default function Done() {
  const t = useTexts();
  const pages = usePages({ state: "done" });
  const todos = useView(collection.view("done", (todo) => todo.done && !todo.deleted_at && !todo.parent_id, lastDone));
  const groups = useMemo(() => [{ key: "done", todos }], [todos]);
  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.done}</h1>
      </header>
      {todos.length ? <TodoList groups={groups} named /> : !pages.isPending && <Empty {...t.empty.done} />}
      <More pages={pages} />
    </div>
  );
}
