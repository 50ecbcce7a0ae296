import "./factors.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { Thing } from "../../components/Thing.tsx";
import { toast } from "../../components/toasts.ts";
import { Unloaded } from "../../components/Unloaded.tsx";
import { agoName, instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { passkeysPossible } from "../../session/possible.ts";
import { sentence } from "../../i18n/said.ts";
import { useSending } from "../signin/useSending.ts";
import { AuthenticatorApp } from "./AuthenticatorApp.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";

type Found = components["schemas"]["Factors"];
type Passkey = components["schemas"]["Passkey"];
const KEY = ["factors"];

/** What one has besides the password: an authenticator app, passkeys, recovery codes. */
export function Factors() {
  const t = useTexts();
  const queries = useQueryClient();
  const found = useQuery({ queryKey: KEY, staleTime: 0, queryFn: async () => (await http.get<Found>("/me/factor")).data });
  const [codes, setCodes] = useState<string[]>();
  const changed = async (codes?: string[] | null) => {
    if (codes) setCodes(codes);
    await queries.invalidateQueries({ queryKey: KEY });
  };
  const renew = async () => {
    const { data } = await http.post<{ recovery_codes: string[] }>("/me/recovery-code");
    await changed(data.recovery_codes);
  };
  if (found.isError && !found.data) return <Unloaded onAgain={found.refetch} />;
  if (!found.data) return <div aria-busy="true" />;
  const { enabled, totp, passkeys, recovery_codes } = found.data;
  return (
    <>
      <p className="note factors-standing">{enabled ? t.factors.on : t.factors.off}</p>
      <AuthenticatorApp app={totp} onChanged={changed} />
      <Passkeys passkeys={passkeys} onChanged={changed} />
      {enabled && (
        <div className="line">
          <div>
            {t.factors.codes}
            <p className="note">{t.factors.codesLeft(recovery_codes)}</p>
          </div>
          <button className="button" onClick={() => void renew().catch(told)}>
            {t.factors.newCodes}
          </button>
        </div>
      )}
      {codes && <RecoveryCodes codes={codes} onClose={() => setCodes(undefined)} />}
    </>
  );

  function told(error: unknown) {
    toast({ text: t.factors.failed, detail: sentence(error), bad: true });
  }
}

interface Props {
  passkeys: Passkey[];
  onChanged(codes?: string[] | null): Promise<void>;
}

function Passkeys({ passkeys, onChanged }: Props) {
  const t = useTexts();
  const [adding, setAdding] = useState(false);
  const added = async (codes: string[] | null) => {
    setAdding(false);
    await onChanged(codes);
  };
  const possible = passkeysPossible();
  return (
    <>
      <div className="line">
        <div>
          {t.factors.passkeys}
          <p className="note">{possible ? t.factors.passkeysNote : t.factors.noPasskeys}</p>
        </div>
        {possible && !adding && (
          <button className="button" onClick={() => setAdding(true)}>
            {t.factors.addPasskey}
          </button>
        )}
      </div>
      {adding && <NewPasskey onAdded={added} onCancel={() => setAdding(false)} />}
      {passkeys.length > 0 && (
        <ul className="things">
          {passkeys.map((one) => (
            <Line key={one.id} one={one} onRemoved={() => onChanged()} />
          ))}
        </ul>
      )}
    </>
  );
}

function Line({ one, onRemoved }: { one: Passkey; onRemoved(): Promise<void> }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const remove = async () => {
    await http.delete(`/me/passkey/${one.id}`);
    await onRemoved();
    toast({ text: t.factors.passkeyRemoved(one.name) });
  };
  const bits = [
    t.factors.made(instantName(locale, one.created_at, time_zone)),
    one.last_used_at ? t.factors.used(agoName(locale, one.last_used_at)) : t.factors.unused,
    one.host === location.hostname ? "" : t.factors.at(one.host),
    one.synced ? t.factors.synced : "",
  ];
  const failed = (error: unknown) => toast({ text: t.factors.failed, detail: sentence(error), bad: true });
  return (
    <Thing icon={<KeyRound size={18} />} title={one.name} bits={bits}>
      <button className="button" onClick={() => void remove().catch(failed)} aria-label={`${t.factors.remove}: ${one.name}`}>
        {t.factors.remove}
      </button>
    </Thing>
  );
}

function NewPasskey({ onAdded, onCancel }: { onAdded(codes: string[] | null): Promise<void>; onCancel(): void }) {
  const t = useTexts();
  const [name, setName] = useState("");
  const { busy, failure, wrong, send } = useSending({
    NotAllowedError: t.factors.notUsed,
    InvalidStateError: t.factors.notUsed,
    "challenge-over": t.factors.again,
  });
  const add = async () => {
    const { make } = await import("../../session/passkeys.ts");
    const begun = (await http.post<components["schemas"]["PasskeyRequest"]>("/me/passkey/challenge")).data;
    const credential = await make(begun.passkey);
    const body = { challenge: begun.challenge, credential, name };
    const { data } = await http.post<components["schemas"]["AddedPasskey"]>("/me/passkey", body);
    await onAdded(data.recovery_codes);
    toast({ text: t.factors.passkeyAdded(data.passkey.name) });
  };
  return (
    <form
      className="section-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(add);
      }}
    >
      <label className="field">
        <span>{t.factors.passkeyName}</span>
        <input
          className="input"
          name="passkey-name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          maxLength={100}
          aria-invalid={wrong["/name"] ? true : undefined}
        />
        {wrong["/name"] ? <span className="wrong">{wrong["/name"]}</span> : <small>{t.factors.passkeyHint}</small>}
      </label>
      {(failure || wrong["/credential"]) && <p role="alert">{failure || wrong["/credential"]}</p>}
      <div className="actions">
        <button className="button main" disabled={busy}>
          {t.factors.addPasskey}
        </button>
        <button type="button" className="button plain" onClick={onCancel}>
          {t.app.cancel}
        </button>
      </div>
    </form>
  );
}
