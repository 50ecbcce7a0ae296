import type { KeyboardEvent } from "react";
import { useMe } from "../../app/Account.tsx";
import { Switch } from "../../components/Section.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useChangeMe } from "./useChangeMe.ts";

const KINDS = ["created", "assigned", "reminders", "security"] as const;
const NIGHT = { from: "22:00", to: "07:00" };

/** What one is texted about, and when not. */
export function Texts() {
  const t = useTexts();
  const { notify, quiet_hours, phone_verified, email_verified, ntfy } = useMe();
  const reachable = phone_verified || email_verified || ntfy !== null;
  const change = useChangeMe();
  return (
    <>
      {KINDS.map((kind) => (
        <Switch
          key={kind}
          label={t.settings.notify[kind]}
          on={reachable && notify[kind]}
          disabled={!reachable}
          onSwitch={(on) => change({ notify: { [kind]: on } })}
        />
      ))}
      <Switch
        label={t.settings.quiet}
        note={t.settings.quietNote}
        on={quiet_hours !== null}
        onSwitch={(on) => change({ quiet_hours: on ? NIGHT : null })}
      />
      {quiet_hours && <Hours quiet={quiet_hours} />}
    </>
  );
}

function Hours({ quiet }: { quiet: { from: string; to: string } }) {
  const t = useTexts();
  const change = useChangeMe();
  const set = (end: "from" | "to", value: string) => {
    if (value && value !== quiet[end]) change({ quiet_hours: { ...quiet, [end]: value } });
  };
  return (
    <div className="line" role="group" aria-label={t.settings.quiet}>
      <span className="note">{t.settings.quietHours}</span>
      <div className="two">
        {(["from", "to"] as const).map((end) => (
          <input
            key={`${end}${quiet[end]}`}
            className="input"
            type="time"
            aria-label={t.settings[end]}
            defaultValue={quiet[end]}
            onBlur={(event) => set(end, event.target.value)}
            onKeyDown={leave}
          />
        ))}
      </div>
    </div>
  );
}

function leave(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === "Enter") event.currentTarget.blur();
}
