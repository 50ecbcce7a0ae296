import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import { PasswordField } from "../../components/PasswordField.tsx";
import { Deed } from "../../components/Section.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useSending } from "../signin/useSending.ts";
import { Code } from "./Code.tsx";
import { useForget } from "./useForget.ts";

/** One's e-mail address: it is given with the password, a code comes to it, and with the code it counts. */
export function Email() {
  const t = useTexts();
  const me = useMe();
  const queries = useQueryClient();
  const [step, setStep] = useState<"address" | "code">();
  const [asked, setAsked] = useState("");
  const refetch = () => queries.refetchQueries({ queryKey: ["me"] });
  const now = step ?? (me.email && !me.email_verified ? "code" : undefined);
  if (now === "address") {
    const sent = (email: string) => {
      setAsked(email);
      setStep("code");
    };
    return <Address first={asked} onSent={sent} onCancel={() => setStep(undefined)} />;
  }
  if (now === "code") {
    const verified = async () => {
      await refetch();
      setStep(undefined);
      setAsked("");
    };
    return (
      <Code
        route="/me/email/verify"
        label={t.settings.emailCode}
        sentTo={asked || (me.email ?? "")}
        told={t.settings.emailWorks}
        onVerified={verified}
        other={t.settings.otherEmail}
        onOther={() => setStep("address")}
      />
    );
  }
  return <Known email={me.email} onChange={() => setStep("address")} />;
}

function Known({ email, onChange }: { email: string | null; onChange(): void }) {
  const t = useTexts();
  const forget = useForget("/me/email");
  return (
    <Deed label={t.settings.email} note={email ? t.settings.emailConfirmed : t.settings.emailNote}>
      {email && <output aria-label={t.settings.email}>{email}</output>}
      <button className="button" onClick={onChange}>
        {email ? t.settings.change : t.settings.giveEmail}
      </button>
      {email && (
        <button className="button plain" onClick={forget}>
          {t.settings.forget}
        </button>
      )}
    </Deed>
  );
}

function Address({ first, onSent, onCancel }: { first: string; onSent(email: string): void; onCancel(): void }) {
  const t = useTexts();
  const [email, setEmail] = useState(first);
  const [password, setPassword] = useState("");
  const { busy, failure, wrong, send } = useSending({ "bad-credentials": t.settings.wrongPassword });
  const ask = async () => {
    await http.post("/me/email", { email, password });
    onSent(email);
  };
  return (
    <form
      className="section-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(ask);
      }}
    >
      <label className="field">
        <span>{t.settings.email}</span>
        <input
          className="input"
          type="email"
          autoComplete="email"
          value={email}
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          onChange={(event) => setEmail(event.target.value)}
          required
          maxLength={254}
          aria-invalid={wrong["/email"] ? true : undefined}
        />
        {wrong["/email"] ? <span className="wrong">{wrong["/email"]}</span> : <small>{t.settings.emailHint}</small>}
      </label>
      <PasswordField id="email-password" label={t.settings.current} value={password} onChange={setPassword} autoComplete="current-password" />
      {failure && <p role="alert">{failure}</p>}
      <div className="actions">
        <button className="button main" disabled={busy}>
          {t.settings.sendCode}
        </button>
        <button type="button" className="button plain" onClick={onCancel}>
          {t.app.cancel}
        </button>
      </div>
    </form>
  );
}
