import { useState } from "react";
import { http } from "../../api/http.ts";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { useSending } from "../signin/useSending.ts";

interface Props {
  /** Where the code is taken to. */
  route: "/me/phone/verify" | "/me/email/verify";
  label: string;
  /** Where it was sent. */
  sentTo: string;
  onVerified(): Promise<void>;
  /** What is told once it was right. */
  told: string;
  /** Sends another one, where that takes no more than asking. */
  again?: (() => Promise<void>) | undefined;
  other: string;
  onOther(): void;
}

/** The code that came to a number or an address: with it, that one counts. */
export function Code({ route, label, sentTo, onVerified, told, again, other, onOther }: Props) {
  const t = useTexts();
  const [code, setCode] = useState("");
  const { busy, failure, wrong, send } = useSending();
  const confirm = async () => {
    await http.post(route, { code });
    await onVerified();
    toast({ text: told });
  };
  const sendAgain = async () => {
    await again?.();
    setCode("");
    toast({ text: t.settings.codeSent(sentTo) });
  };
  const elsewhere = Object.entries(wrong).find(([pointer]) => pointer !== "/code")?.[1];
  return (
    <form
      className="section-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(confirm);
      }}
    >
      <label className="field">
        <span>{label}</span>
        <input
          className="input"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          required
          maxLength={12}
          aria-invalid={wrong["/code"] ? true : undefined}
        />
        {wrong["/code"] ? <span className="wrong">{wrong["/code"]}</span> : <small>{t.settings.codeSent(sentTo)}</small>}
      </label>
      {(failure || elsewhere) && <p role="alert">{failure || elsewhere}</p>}
      <div className="actions">
        <button className="button main" disabled={busy}>
          {t.settings.confirm}
        </button>
        {again && (
          <button type="button" className="button plain" disabled={busy} onClick={() => void send(sendAgain)}>
            {t.settings.sendAgain}
          </button>
        )}
        <button type="button" className="button plain" onClick={onOther}>
          {other}
        </button>
      </div>
    </form>
  );
}
