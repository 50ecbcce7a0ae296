import type { KeyboardEvent } from "react";
import { useMe } from "../../app/Account.tsx";
import { Switch } from "../../components/Section.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useChangeMe } from "./useChangeMe.ts";
import { proven } from "./Ways.tsx";

const KINDS = ["created", "assigned", "reminders", "security"] as const;
const MORNING = "08:00";
const NIGHT = { from: "22:00", to: "07:00" };

/** What one is told of, and when not. */
export function Texts() {
  const t = useTexts();
  const me = useMe();
  const { notify, quiet_hours, digest, channels } = me;
  const reached = channels.some((way) => proven(me, way));
  const change = useChangeMe();
  return (
    <>
      {KINDS.map((kind) => (
        <Switch
          key={kind}
          label={t.settings.notify[kind]}
          on={reached && notify[kind]}
          disabled={!reached}
          onSwitch={(on) => change({ notify: { [kind]: on } })}
        />
      ))}
      <Switch
        label={t.settings.digest}
        note={t.settings.digestNote}
        on={reached && digest !== null}
        disabled={!reached}
        onSwitch={(on) => change({ digest: on ? MORNING : null })}
      />
      {reached && digest && <Time label={t.settings.digestAt} value={digest} onSet={(digest) => change({ digest })} />}
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
  return (
    <div className="line" role="group" aria-label={t.settings.quiet}>
      <span className="note">{t.settings.quietHours}</span>
      <div className="two">
        {(["from", "to"] as const).map((end) => (
          <TimeField key={end} label={t.settings[end]} value={quiet[end]} onSet={(time) => change({ quiet_hours: { ...quiet, [end]: time } })} />
        ))}
      </div>
    </div>
  );
}

interface TimeProps {
  label: string;
  value: string;
  onSet(time: string): void;
}

function Time(props: TimeProps) {
  return (
    <div className="line">
      <span className="note" aria-hidden="true">
        {props.label}
      </span>
      <TimeField {...props} />
    </div>
  );
}

/** A time of day, saved when one leaves it. */
function TimeField({ label, value, onSet }: TimeProps) {
  const left = (time: string) => {
    if (time && time !== value) onSet(time);
  };
  return (
    <input
      key={value}
      className="input"
      type="time"
      aria-label={label}
      defaultValue={value}
      onBlur={(event) => left(event.target.value)}
      onKeyDown={leave}
    />
  );
}

function leave(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key === "Enter") event.currentTarget.blur();
}
