import "./commands.css";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { useLists, useMe } from "../../app/Account.tsx";
import { focusQuickAdd } from "../../app/keys.ts";
import { isDark, setTheme } from "../../app/theme.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { useTexts } from "../../i18n/index.ts";
import { signOut } from "../../session/leaving.ts";
import { collection } from "../../todos/replica.ts";
import { undoLast } from "../../todos/undo.ts";

interface Command {
  key: string;
  text: string;
  hint?: string;
  run(): void;
}

const MOST = 12;
const folded = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Everything one can go to or do, found by a few letters; open to-dos as well. */
export default function Commands({ onClose, onKeys }: { onClose(): void; onKeys(): void }) {
  const t = useTexts();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const all = useCommands(onKeys);
  const [, go] = useLocation();
  const found = useMemo(() => {
    const wanted = folded(words.trim());
    const commands = all.filter((command) => folded(command.text).includes(wanted));
    if (wanted.length < 2) return commands.slice(0, MOST);
    const todos = [...collection.all()].filter((todo) => !todo.deleted_at && folded(todo.title).includes(wanted)).slice(0, MOST);
    const opened = todos.map((todo) => ({
      key: todo.id,
      text: todo.title,
      hint: t.todo.panel,
      run: () => go(`/app/list/${todo.list_id}?todo=${todo.id}`),
    }));
    return [...commands, ...opened].slice(0, MOST);
  }, [all, words, go, t]);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };

  return (
    <Dialog title={t.commands.title} onClose={onClose} bare>
      <input
        className="commands-field"
        role="combobox"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={found[at] && `command-${found[at].key}`}
        aria-label={t.commands.title}
        placeholder={t.commands.placeholder}
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (by) {
            event.preventDefault();
            setAt((at + by + found.length) % Math.max(found.length, 1));
          } else if (event.key === "Enter") {
            event.preventDefault();
            run(found[at]);
          }
        }}
      />
      <ul className="commands" id="commands" role="listbox" aria-label={t.commands.title}>
        {found.map((command, place) => (
          // The field has the focus and the keys; a row is only ever clicked.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={command.key}
            id={`command-${command.key}`}
            role="option"
            aria-selected={place === at}
            className="side-item"
            onClick={() => run(command)}
            onMouseMove={() => setAt(place)}
          >
            <span className="side-text">{command.text}</span>
            {command.hint && <span className="note">{command.hint}</span>}
          </li>
        ))}
      </ul>
      {!found.length && <p className="note commands-none">{t.commands.none}</p>}
    </Dialog>
  );
}

/** A new screen is named here and in the side bar. */
function useCommands(onKeys: () => void): Command[] {
  const t = useTexts();
  const lists = useLists();
  const { operator } = useMe();
  const [, go] = useLocation();
  return useMemo(() => {
    const to = (path: string, text: string, hint?: string): Command => ({ key: path.slice(5), text, run: () => go(path), ...(hint ? { hint } : {}) });
    const add = () => {
      if (focusQuickAdd()) return;
      go("/app/today");
      setTimeout(focusQuickAdd, 50);
    };
    return [
      { key: "add", text: t.commands.add, hint: "q", run: add },
      to("/app/today", t.nav.today),
      to("/app/upcoming", t.nav.upcoming),
      to("/app/search", t.nav.search, "/"),
      ...lists.map((list) => to(`/app/list/${list.id}`, list.name || t.nav.personal)),
      to("/app/done", t.nav.done),
      to("/app/trash", t.nav.trash),
      to("/app/messages", t.nav.messages),
      to("/app/devices", t.nav.devices),
      to("/app/settings", t.nav.settings),
      ...(operator ? [to("/app/operator", t.nav.operator)] : []),
      { key: "undo", text: t.app.undo, hint: "Ctrl+Z", run: undoLast },
      { key: "theme", text: t.commands.theme, run: () => setTheme(isDark() ? "light" : "dark") },
      { key: "keys", text: t.keys.title, hint: "?", run: () => setTimeout(onKeys) },
      { key: "out", text: t.nav.signOut, run: () => void signOut().catch(() => undefined) },
    ];
  }, [t, lists, operator, go, onKeys]);
}
