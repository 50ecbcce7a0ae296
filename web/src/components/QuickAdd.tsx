import "./quickadd.css";
import { AtSign, CalendarDays, Flag, Hash, Plus, Repeat } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { personal, useLists, useMe } from "../app/Account.tsx";
import { useToday } from "../app/useToday.ts";
import { useLocale, useTexts } from "../i18n/index.ts";
import { dueName } from "../i18n/dates.ts";
import { sentence } from "../i18n/said.ts";
import { add } from "../todos/actions.ts";
import type { Entry } from "../todos/entries.ts";
import { hearers } from "../todos/replica.ts";
import { repeatName } from "../todos/repeats.ts";
import { type Reading, useReading } from "./useReading.ts";

interface Props {
  /** The list it goes to; the personal one, if left out. */
  list?: string | undefined;
  /** The day it is due when the line names none. */
  due?: string;
}

/** The line for new to-dos. The service reads it while one types, and what it understood stands below as chips. */
export function QuickAdd({ list, due }: Props) {
  const t = useTexts();
  const me = useMe();
  const lists = useLists();
  const [line, setLine] = useState("");
  const [failure, setFailure] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const reading = useReading(line);

  useEffect(() => {
    const refused = (entry: Entry, error: unknown) => {
      if (entry.kind !== "create" || entry.draft.parent_id) return;
      setLine((now) => now || entry.line);
      setFailure(`${t.add.failed} ${sentence(error)}`);
      field.current?.focus();
    };
    hearers.refused.add(refused);
    return () => void hearers.refused.delete(refused);
  }, [t]);

  const submit = () => {
    const text = line.trim();
    if (!text) return;
    const read = reading?.line === line ? reading.parsed : undefined;
    const target = list ?? read?.list_id ?? personal(lists)?.id ?? "";
    const shown = read
      ? { title: read.title, due: read.due ?? due ?? null, repeat: read.repeat, priority: read.priority, labels: read.labels, for: read.for }
      : { due: due ?? null };
    add({ user: me.user_id, list: target, line: text, shown, body: { quick: text, ...(list ? { list_id: list } : {}) }, fallback: due });
    setLine("");
    setFailure("");
  };

  return (
    <form
      className="quick"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="quick-line">
        <Plus size={18} aria-hidden="true" />
        <input
          id="quick-add"
          ref={field}
          value={line}
          onChange={(event) => setLine(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && field.current?.blur()}
          placeholder={t.add.placeholder}
          aria-label={t.add.label}
          aria-describedby="quick-chips"
          autoComplete="off"
          enterKeyHint="done"
          maxLength={2000}
        />
        {line.trim() ? <button className="quick-go">{t.add.add}</button> : <kbd aria-hidden="true">q</kbd>}
      </div>
      {failure && <p className="wrong" role="alert">{failure}</p>}
      <div className="chips" id="quick-chips" aria-live="polite">
        {line.trim() && reading ? <Chips reading={reading} /> : <span className="quick-hint">{t.add.hint}</span>}
      </div>
    </form>
  );
}

function Chips({ reading: { parsed } }: { reading: Reading }) {
  const t = useTexts();
  const locale = useLocale();
  const today = useToday();
  const chip = (key: string, icon: ReactNode, text: string) => (
    <span className="chip" key={key}>
      {icon}
      {text}
    </span>
  );
  return (
    <>
      {parsed.due && chip("due", <CalendarDays size={13} />, dueName(locale, parsed.due, today))}
      {parsed.repeat && chip("repeat", <Repeat size={13} />, repeatName(t, locale, parsed.repeat))}
      {parsed.priority > 0 && chip("priority", <Flag size={13} />, t.todo.priorityShort(parsed.priority))}
      {parsed.labels.map((label) => chip(`#${label}`, <Hash size={13} />, label))}
      {parsed.name && chip("name", <AtSign size={13} />, parsed.name)}
    </>
  );
}
