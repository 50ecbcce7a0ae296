import "./search.css";
import { Search as Glass } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "wouter";
import { Empty } from "../../components/Empty.tsx";
import { More } from "../../components/More.tsx";
import { TodoList } from "../../components/TodoList.tsx";
import { useTexts } from "../../i18n/index.ts";
import { collection } from "../../todos/replica.ts";
import type { Todo } from "../../todos/todo.ts";
import { usePages } from "../../todos/usePages.ts";

/** Search: what is here already at once, and what the service finds as soon as it has answered. */
export default function Search() {
  const t = useTexts();
  const [query, setQuery] = useSearchParams();
  const [words, setWords] = useState(query.get("q") ?? "");
  const field = useRef<HTMLInputElement>(null);
  const asked = useDeferredValue(words.trim());
  const settled = useSettled(asked);
  const pages = usePages({ q: settled, state: "all" }, settled !== "");
  const found = pages.data?.pages.flatMap((page) => page.items);
  const todos = useMemo(() => hits(asked, settled === asked ? found : undefined), [asked, settled, found]);
  const groups = useMemo(() => [{ key: "found", todos }], [todos]);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    setQuery(
      (now) => {
        if (settled) now.set("q", settled);
        else now.delete("q");
        return now;
      },
      { replace: true },
    );
    // The address follows the words, not the other way round.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [settled]);

  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.search}</h1>
      </header>
      <div className="search-field" role="search">
        <Glass size={18} aria-hidden="true" />
        <input
          ref={field}
          type="search"
          value={words}
          maxLength={200}
          onChange={(event) => setWords(event.target.value)}
          aria-label={t.search.label}
          placeholder={t.search.placeholder}
        />
      </div>
      {todos.length > 0 && <TodoList groups={groups} named />}
      {!asked && <Empty {...t.empty.searchStart} />}
      {asked && !todos.length && settled === asked && !pages.isFetching && !pages.isError && <Empty {...t.empty.search} />}
      {settled && <More pages={pages} />}
    </div>
  );
}

/** The text once typing has stopped for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** What the service found, as it is now; until it has answered, the titles here that hold all the words. */
function hits(text: string, found: Todo[] | undefined): readonly Todo[] {
  if (!text) return [];
  if (found) return found.map((todo) => collection.get(todo.id) ?? todo).filter((todo) => !todo.deleted_at);
  const words = folded(text).split(/\s+/);
  const here: Todo[] = [];
  for (const todo of collection.all()) {
    if (todo.deleted_at) continue;
    const title = folded(todo.title);
    if (words.every((word) => title.includes(word))) here.push(todo);
    if (here.length === 100) break;
  }
  return here;
}
