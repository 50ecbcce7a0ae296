import { ArrowDown, ArrowUp } from "lucide-react";
import { useMe } from "../../app/Account.tsx";
import { useTexts } from "../../i18n/index.ts";
import type { Account } from "../../todos/todo.ts";
import { useChangeMe } from "./useChangeMe.ts";

type Way = Account["channels"][number];
const ALL: readonly Way[] = ["sms", "email", "ntfy"];

/** By which ways messages come, and which is tried first. */
export function Ways() {
  const t = useTexts();
  const me = useMe();
  const change = useChangeMe();
  const used = me.channels;
  const set = (channels: Way[]) => change({ channels });
  const move = (at: number, by: number) => {
    const next = [...used];
    [next[at], next[at + by]] = [next[at + by]!, next[at]!];
    set(next);
  };
  return (
    <ol>
      {[...used, ...ALL.filter((way) => !used.includes(way))].map((way, at) => {
        const on = at < used.length;
        const name = t.settings.ways[way];
        return (
          <li key={way} className="line way">
            <div>
              <span id={`way-${way}`}>{name}</span>
              <p className="note">{!on ? t.settings.wayOff : proven(me, way) ? t.settings.place(at) : t.settings.wayMissing[way]}</p>
            </div>
            <div className="two">
              <button className="icon-button" aria-label={t.settings.earlier(name)} disabled={!on || at === 0} onClick={() => move(at, -1)}>
                <ArrowUp size={18} />
              </button>
              <button className="icon-button" aria-label={t.settings.later(name)} disabled={!on || at === used.length - 1} onClick={() => move(at, 1)}>
                <ArrowDown size={18} />
              </button>
              <input
                className="toggle"
                type="checkbox"
                role="switch"
                aria-labelledby={`way-${way}`}
                checked={on}
                disabled={on && used.length === 1}
                onChange={() => set(on ? used.filter((one) => one !== way) : [...used, way])}
              />
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** Whether something can come this way. */
export function proven(me: Account, way: Way): boolean {
  return way === "sms" ? me.phone_verified : way === "email" ? me.email_verified : me.ntfy !== null;
}
