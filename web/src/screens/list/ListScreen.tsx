import "./list.css";
import { useMemo } from "react";
import { Link } from "wouter";
import { useLists } from "../../app/Account.tsx";
import { Empty } from "../../components/Empty.tsx";
import { QuickAdd } from "../../components/QuickAdd.tsx";
import { TodoList } from "../../components/TodoList.tsx";
import { useTexts } from "../../i18n/index.ts";
import { listView, useComplete, useView } from "../../todos/hooks.ts";
import { Nowhere } from "../nowhere/Nowhere.tsx";

/** One list in its own order. */
export function ListScreen({ id }: { id: string }) {
  const t = useTexts();
  const list = useLists().find((one) => one.id === id);
  const complete = useComplete();
  const todos = useView(listView(id));
  const groups = useMemo(() => [{ key: "list", todos }], [todos]);
  if (!list) return complete ? <Nowhere /> : null;

  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{list.personal ? t.nav.personal : list.name}</h1>
        {!list.personal && (
          <Link className="list-about" href={`/app/list/${id}/about`}>
            {list.members.length > 1 ? list.members.map((one) => one.username).join(", ") : t.lists.share}
          </Link>
        )}
      </header>
      {list.role !== "viewer" && <QuickAdd list={id} />}
      {todos.length ? <TodoList groups={groups} ordered={list.role !== "viewer"} /> : complete && <Empty {...t.empty.list} />}
    </div>
  );
}
