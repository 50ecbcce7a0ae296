import { ShieldAlert, ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { components } from "../../api/schema";
import { useMe } from "../../app/Account.tsx";
import { More } from "../../components/More.tsx";
import { Line, Section } from "../../components/Section.tsx";
import { Thing } from "../../components/Thing.tsx";
import { instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { EVENTS, useOperatorPages } from "./people.ts";

type Event = components["schemas"]["SecurityEvent"];

const BAD = new Set(["login_failed", "reuse", "factor_failed"]);

/** What happened to accounts, newest first, or only one kind of it. */
export function Events() {
  const t = useTexts();
  const [kind, setKind] = useState("");
  const pages = useOperatorPages<Event>(EVENTS, "/operator/event", kind ? { kind } : {});
  const events = pages.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Section title={t.operator.events} note={t.operator.eventsNote}>
      <Line label={t.operator.show}>
        {(id) => (
          <select id={id} className="input" value={kind} onChange={(event) => setKind(event.target.value)}>
            <option value="">{t.operator.everything}</option>
            {Object.entries(t.operator.kinds).map(([kind, name]) => (
              <option key={kind} value={kind}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Line>
      {events.length > 0 && (
        <ul className="things">
          {events.map((event) => (
            <Told key={event.id + event.user_id} event={event} />
          ))}
        </ul>
      )}
      {!events.length && pages.isSuccess && <p className="line note">{t.operator.noEvents}</p>}
      <More pages={pages} />
    </Section>
  );
}

function Told({ event }: { event: Event }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const names: Record<string, string> = t.operator.kinds;
  const bad = BAD.has(event.kind);
  const bits = [event.username ?? t.operator.nobody, event.address, event.detail, instantName(locale, event.at, time_zone)];
  return <Thing icon={bad ? <ShieldAlert size={18} /> : <ShieldCheck size={18} />} title={names[event.kind] ?? event.kind} bits={bits} bad={bad} />;
}
