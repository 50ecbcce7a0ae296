import { useMemo } from "react";
import { Lists } from "./Lists.tsx";
import { Empty } from "../../components/Empty.tsx";
import { More } from "../../components/More.tsx";
import { TodoList } from "../../components/TodoList.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useView } from "../../todos/hooks.ts";
import { collection } from "../../todos/replica.ts";
import { lastDeleted } from "../../todos/todo.ts";
import { usePages } from "../../todos/usePages.ts";

/** What was deleted in the last 30 days; each can be put back. */
export default function Trash() {
  const t = useTexts();
  const pages = usePages({ state: "trash" });
  const todos = useView(collection.view("trash", (todo) => todo.deleted_at !== null, lastDeleted));
  const groups = useMemo(() => [{ key: "trash", todos }], [todos]);
  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.trash}</h1>
      </header>
      <Lists />
      {todos.length ? <TodoList groups={groups} named restores /> : !pages.isPending && <Empty {...t.empty.trash} />}
      <More pages={pages} />
    </div>
  );
}
