import { KeyRound, Monitor, Smartphone, Terminal } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { Thing } from "../../components/Thing.tsx";
import { toast } from "../../components/toasts.ts";
import { Unloaded } from "../../components/Unloaded.tsx";
import { agoName, instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { signOut } from "../../session/leaving.ts";
import { sentence } from "../../i18n/said.ts";
import { agentName, type Device, useDevices, useEnding } from "./sessions.ts";

/** Who is signed in to this account, and where; each can be signed out, and is out with its next request. */
export default function Devices() {
  const t = useTexts();
  const devices = useDevices();
  const [going, setGoing] = useState<ReadonlySet<string>>(new Set());
  const ending = useEnding((error) => {
    setGoing(new Set());
    toast({ text: t.devices.failed, detail: sentence(error), bad: true });
  });
  const all = devices.data ?? [];
  const ordered = [...all].sort((a, b) => Number(b.current) - Number(a.current) || (a.last_seen_at < b.last_seen_at ? 1 : -1));
  const others = all.filter((device) => !device.current);
  const end = async (which: Device | "others", told: string) => {
    const ids = which === "others" ? others.map(({ id }) => id) : [which.id];
    setGoing((now) => new Set([...now, ...ids]));
    await ending.mutateAsync(which).then(() => toast({ text: told }), () => undefined);
  };

  return (
    <div className="screen">
      <header className="screen-head">
        <h1>{t.nav.devices}</h1>
        <p className="note">{t.devices.note}</p>
      </header>
      {devices.isError && !devices.data && <Unloaded onAgain={devices.refetch} />}
      {all.length > 0 && (
        <ul className="things">
          {ordered.map((device) => (
            <Line
              key={device.id}
              device={device}
              leaving={going.has(device.id)}
              onEnd={(name) => void end(device, device.kind === "token" ? t.devices.tokenEnded(name) : t.devices.ended(name))}
            />
          ))}
        </ul>
      )}
      {all.length > 0 && (
        <div className="things-end">
          <p className="note">{others.length ? t.devices.othersNote : t.devices.alone}</p>
          {others.length > 0 && (
            <button className="button danger" onClick={() => void end("others", t.devices.othersEnded(others.length))}>
              {t.devices.endOthers}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Line({ device, leaving, onEnd }: { device: Device; leaving: boolean; onEnd(name: string): void }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const name = device.device || agentName(device.user_agent) || t.devices.kinds[device.kind];
  const seen = device.current ? t.devices.now : t.devices.seen(agoName(locale, device.last_seen_at));
  const kind = name === t.devices.kinds[device.kind] ? "" : t.devices.kinds[device.kind];
  const when = (instant: string) => instantName(locale, instant, time_zone);
  const token = device.kind === "token";
  const may = t.devices.scopes[device.scopes.includes("write") ? "write" : "read"];
  const bits = token
    ? [kind, may, seen, t.devices.made(when(device.created_at)), t.devices.until(when(device.expires_at))]
    : [kind, seen, device.ip, t.devices.since(when(device.created_at))];
  const ends = token ? t.devices.endToken : t.devices.end;
  const end = () => (device.current ? void signOut().catch(() => undefined) : onEnd(name));
  const title = (
    <>
      {name}
      {device.current && <span className="badge">{t.devices.this}</span>}
    </>
  );
  return (
    <Thing icon={<Icon device={device} />} title={title} bits={bits} leaving={leaving}>
      <button className="button" disabled={leaving} onClick={end} aria-label={`${ends}: ${name}`}>
        {ends}
      </button>
    </Thing>
  );
}

function Icon({ device }: { device: Device }) {
  if (device.kind === "token") return <KeyRound size={18} />;
  if (device.kind === "cli") return <Terminal size={18} />;
  const mobile = /Android|iPhone|iPad|Mobile/.test(device.user_agent);
  return mobile ? <Smartphone size={18} /> : <Monitor size={18} />;
}
