import { Plus } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { http } from "../api/http.ts";
import { toast } from "../components/toasts.ts";
import { useTexts } from "../i18n/index.ts";
import { sentence } from "../i18n/said.ts";
import { newId } from "../todos/ids.ts";
import { queries } from "../todos/replica.ts";
import type { List } from "../todos/todo.ts";

/** A button that becomes a field; Enter makes the list and goes there. */
export function NewList() {
  const t = useTexts();
  const [, go] = useLocation();
  const [name, setName] = useState<string>();
  const make = async () => {
    const wanted = name?.trim();
    setName(undefined);
    if (!wanted) return;
    try {
      const { data } = await http.post<List>("/list", { name: wanted, id: newId() });
      queries.setQueryData<List[]>(["lists"], (lists) => [...(lists ?? []).filter((one) => one.id !== data.id), data]);
      go(`/app/list/${data.id}`);
    } catch (error) {
      setName(wanted);
      toast({ text: t.app.failed, detail: sentence(error), bad: true });
    }
  };
  if (name === undefined) {
    return (
      <button className="side-item quiet" onClick={() => setName("")}>
        <Plus size={18} />
        <span className="side-text">{t.nav.newList}</span>
      </button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void make();
      }}
    >
      <input
        className="input"
        aria-label={t.nav.listName}
        placeholder={t.nav.listName}
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onBlur={() => !name && setName(undefined)}
        onKeyDown={(event) => event.key === "Escape" && setName(undefined)}
      />
    </form>
  );
}
