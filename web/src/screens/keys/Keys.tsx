import "./keys.css";
import { useState } from "react";
import { lettersOn } from "../../app/keys.ts";
import { remember } from "../../app/remembered.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { useTexts } from "../../i18n/index.ts";

/** Which keys there are, and the switch for single letters. */
export default function Keys({ onClose }: { onClose(): void }) {
  const t = useTexts();
  const [on, setOn] = useState(lettersOn);
  const rows: [string, string][] = [
    ["q", t.keys.q],
    ["j k", t.keys.jk],
    ["e", t.keys.e],
    ["Enter", t.keys.enter],
    ["t", t.keys.t],
    ["1 2 3 4", t.keys.priority],
    ["/", t.keys.search],
    ["Alt+↑ Alt+↓", t.keys.reorder],
    ["Ctrl+K", t.keys.commands],
    ["Ctrl+Z", t.keys.undo],
    ["Esc", t.keys.escape],
    ["?", t.keys.help],
  ];
  return (
    <Dialog title={t.keys.title} onClose={onClose}>
      <dl className="keys">
        {rows.map(([keys, text]) => (
          <div key={keys}>
            <dt>{text}</dt>
            <dd>
              {keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <label className="switch">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            remember("keys", event.target.checked ? "on" : "off");
            setOn(event.target.checked);
          }}
        />
        {t.keys.off}
      </label>
    </Dialog>
  );
}
