import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { CopyOnce } from "../../components/CopyOnce.tsx";
import { useTexts } from "../../i18n/index.ts";
import { DEVICES } from "../devices/sessions.ts";
import { useSending } from "../signin/useSending.ts";

type Made = components["schemas"]["AccessToken"];
type Scope = components["schemas"]["Scope"];

const LIVES = [7, 30, 90, 365];
const DAY = 24 * 3600;
const AS_AT_FIRST = { name: "", scope: "read" as Scope, days: 30 };

/** Makes an access token for a script. It is shown once; from then on it stands among the devices. */
export function Tokens() {
  const t = useTexts();
  const queries = useQueryClient();
  const [wanted, setWanted] = useState(AS_AT_FIRST);
  const [made, setMade] = useState<Made>();
  const { busy, failure, wrong, send } = useSending();
  const change = (members: Partial<typeof wanted>) => setWanted({ ...wanted, ...members });
  const make = async () => {
    const { name, scope, days } = wanted;
    const body = { name, scopes: [scope], expires_in: days * DAY };
    setMade((await http.post<Made>("/access-token", body)).data);
    setWanted(AS_AT_FIRST);
    void queries.invalidateQueries({ queryKey: DEVICES });
  };
  return (
    <>
      <form
        className="section-form"
        onSubmit={(event) => {
          event.preventDefault();
          setMade(undefined);
          void send(make);
        }}
      >
        <label className="field">
          <span>{t.settings.tokenName}</span>
          <input
            className="input"
            value={wanted.name}
            onChange={(event) => change({ name: event.target.value })}
            autoComplete="off"
            required
            maxLength={100}
            aria-invalid={wrong["/name"] ? true : undefined}
          />
          {wrong["/name"] ? <span className="wrong">{wrong["/name"]}</span> : <small>{t.settings.tokenHint}</small>}
        </label>
        <label className="field">
          <span>{t.settings.tokenMay}</span>
          <select className="input" value={wanted.scope} onChange={(event) => change({ scope: event.target.value as Scope })}>
            {(["read", "write"] as const).map((scope) => (
              <option key={scope} value={scope}>
                {t.settings.tokenScopes[scope]}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t.settings.tokenLife}</span>
          <select className="input" value={wanted.days} onChange={(event) => change({ days: Number(event.target.value) })}>
            {LIVES.map((days) => (
              <option key={days} value={days}>
                {t.settings.days(days)}
              </option>
            ))}
          </select>
        </label>
        {failure && <p role="alert">{failure}</p>}
        <button className="button" disabled={busy}>
          {t.settings.makeToken}
        </button>
      </form>
      {made && <CopyOnce label={t.settings.token(made.name)} text={made.access_token} note={t.settings.tokenOnce} />}
    </>
  );
}
