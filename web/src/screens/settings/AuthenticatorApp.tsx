import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { toast } from "../../components/toasts.ts";
import { instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";
import { useSending } from "../signin/useSending.ts";

type Secret = components["schemas"]["TotpSecret"];

interface Props {
  app: components["schemas"]["Factors"]["totp"];
  onChanged(codes?: string[] | null): Promise<void>;
}

/** The authenticator app: its key is shown as a QR code that this page draws, and a code of it turns it on. */
export function AuthenticatorApp({ app, onChanged }: Props) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const [secret, setSecret] = useState<Secret>();
  const begin = async () => setSecret((await http.post<Secret>("/me/totp")).data);
  const remove = async () => {
    await http.delete("/me/totp");
    await onChanged();
    toast({ text: t.factors.appRemoved });
  };
  const failed = (error: unknown) => toast({ text: t.factors.failed, detail: sentence(error), bad: true });
  const done = async (codes: string[] | null) => {
    setSecret(undefined);
    await onChanged(codes);
    toast({ text: t.factors.appOn });
  };
  return (
    <>
      <div className="line">
        <div>
          {t.factors.app}
          <p className="note">{app ? t.factors.appSince(instantName(locale, app.created_at, time_zone)) : t.factors.appNote}</p>
        </div>
        {app ? (
          <button className="button" aria-label={`${t.factors.remove}: ${t.factors.app}`} onClick={() => void remove().catch(failed)}>
            {t.factors.remove}
          </button>
        ) : (
          !secret && (
            <button className="button" aria-label={`${t.factors.setUp}: ${t.factors.app}`} onClick={() => void begin().catch(failed)}>
              {t.factors.setUp}
            </button>
          )
        )}
      </div>
      {secret && !app && <FirstCode secret={secret} onDone={done} onCancel={() => setSecret(undefined)} />}
    </>
  );
}

interface FirstCodeProps {
  secret: Secret;
  onDone(codes: string[] | null): Promise<void>;
  onCancel(): void;
}

function FirstCode({ secret, onDone, onCancel }: FirstCodeProps) {
  const t = useTexts();
  const [code, setCode] = useState("");
  const { busy, failure, wrong, send } = useSending();
  const turnOn = async () => {
    const { data } = await http.post<components["schemas"]["NewRecoveryCodes"]>("/me/totp/verify", { code });
    await onDone(data.recovery_codes);
  };
  return (
    <form
      className="section-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(turnOn);
      }}
    >
      <p>{t.factors.scan}</p>
      <QrCode text={secret.address} label={t.factors.qr} />
      <p className="note">
        {t.factors.key}: <code className="factors-key">{secret.secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
      </p>
      <label className="field">
        <span>{t.factors.firstCode}</span>
        <input
          className="input"
          name="first-code"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          required
          maxLength={12}
          aria-invalid={wrong["/code"] ? true : undefined}
        />
        {wrong["/code"] && <span className="wrong">{wrong["/code"]}</span>}
      </label>
      {failure && <p role="alert">{failure}</p>}
      <div className="actions">
        <button className="button main" disabled={busy}>
          {t.factors.turnOn}
        </button>
        <button type="button" className="button plain" onClick={onCancel}>
          {t.app.cancel}
        </button>
      </div>
    </form>
  );
}

/** A QR code, drawn here: what is in it goes nowhere. The program that makes it is loaded when one is needed. */
function QrCode({ text, label }: { text: string; label: string }) {
  const made = useQuery({
    queryKey: ["qr", text],
    gcTime: 0,
    queryFn: async () => (await import("uqr")).encode(text, { border: 2 }),
  });
  if (!made.data) return <div className="factors-qr" aria-busy="true" />;
  const { size, data } = made.data;
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg className="factors-qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={dark.join("")} />
    </svg>
  );
}
