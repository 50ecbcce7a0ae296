import "./row.css";
import { AlarmClock, Clock, GripVertical, MessageSquare, MessageSquareWarning, Repeat, RotateCcw, StickyNote } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useLocale, useTexts } from "../i18n/index.ts";
import { dueName, timeName } from "../i18n/dates.ts";
import { useIsWaiting } from "../todos/hooks.ts";
import { dayOf, type Todo } from "../todos/todo.ts";

interface Props {
  todo: Todo;
  /** Today's date where the person is. */
  today: string;
  /** The name of its list, where that is not plain. */
  list?: string | undefined;
  /** The name of whom it is for, where that is somebody else. */
  person?: string | undefined;
  /** The date is the heading already: only the time is told. */
  dated?: boolean | undefined;
  active: boolean;
  /** It is in the trash: in place of ticking, it is put back. */
  restores?: boolean | undefined;
  /** It can be taken and put elsewhere. */
  grip?: boolean | undefined;
  onTick(todo: Todo): void;
  onOpen(todo: Todo): void;
}

/** One to-do in a list. */
export const TodoRow = memo(function TodoRow({ todo, active, restores, grip, onTick, onOpen, ...meta }: Props) {
  const t = useTexts();
  return (
    <div className="row" data-active={active || undefined} data-done={todo.done || undefined}>
      {restores ? (
        <button className="row-restore" aria-label={`${t.todo.restore}: ${todo.title}`} onClick={() => onTick(todo)}>
          <RotateCcw size={16} />
        </button>
      ) : (
        <label className="check" data-priority={todo.priority || undefined}>
          <input
            type="checkbox"
            checked={todo.done}
            onChange={() => onTick(todo)}
            aria-label={t.todo.done(todo.title)}
          />
        </label>
      )}
      <button className="row-open" id={`row-${todo.id}`} onClick={() => onOpen(todo)} aria-current={active || undefined}>
        <span className="row-title">{todo.title}</span>
        {todo.priority > 0 && <span className="hidden">{t.todo.priorityShort(todo.priority)}</span>}
        <Meta todo={todo} {...meta} />
      </button>
      {grip && (
        // Keys have Alt with the arrows, and a single click the buttons in the panel: this is for pointers alone.
        <span className="grip" data-id={todo.id} title={t.todo.grip} aria-hidden="true">
          <GripVertical size={16} />
        </span>
      )}
    </div>
  );
});

type MetaProps = Pick<Props, "todo" | "today" | "list" | "person" | "dated">;

function Meta({ todo, today, list, person, dated }: MetaProps) {
  const t = useTexts();
  const locale = useLocale();
  const waiting = useIsWaiting(todo.id);
  const day = dayOf(todo);
  const late = day !== "" && day < today && !todo.done;
  const parts: ReactNode[] = [];
  const push = (key: string, content: ReactNode, title?: string) =>
    parts.push(
      <span key={key} className={`bit ${key}`} title={title}>
        {content}
      </span>,
    );
  if (waiting) push("waits", <Clock size={13} aria-label={t.todo.waiting} />, t.todo.waiting);
  if (todo.due && (!dated || todo.due.length > 10)) {
    const text = dated ? timeName(locale, todo.due.slice(11)) : dueName(locale, todo.due, today);
    push(late ? "due late" : day === today ? "due now" : "due", text);
  }
  if (todo.repeat) push("repeats", <Repeat size={13} aria-label={t.todo.repeat} />);
  if (todo.remind !== null) push("reminds", <AlarmClock size={13} aria-hidden="true" />);
  if (person) push("person", `@${person}`);
  for (const label of todo.labels) push(`label-${label}`, `#${label}`);
  if (todo.notes) push("noted", <StickyNote size={13} aria-label={t.todo.notes} />);
  if (todo.message.state !== "none") {
    const bad = todo.message.state === "failed";
    const Icon = bad ? MessageSquareWarning : MessageSquare;
    const told = t.todo.states[todo.message.state];
    push(bad ? "text bad" : "text", <Icon size={13} aria-label={told} />, told);
  }
  if (list) push("of", list);
  return parts.length ? <span className="bits">{parts}</span> : null;
}
