import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import { Line } from "../../components/Section.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useSending } from "../signin/useSending.ts";
import { Code } from "./Code.tsx";

/** One's number: it is given, a code comes to it by text, and with the code it counts. */
export function Phone() {
  const t = useTexts();
  const me = useMe();
  const queries = useQueryClient();
  const [step, setStep] = useState<"number" | "code">();
  const [asked, setAsked] = useState("");
  const now = step ?? (me.phone_verified ? undefined : me.phone ? "code" : "number");
  if (now === "number") {
    const sent = (phone: string) => {
      setAsked(phone);
      setStep("code");
    };
    return <Number first={asked || (me.phone_verified ? "" : (me.phone ?? ""))} onSent={sent} {...(me.phone ? { onCancel: () => setStep(undefined) } : {})} />;
  }
  if (now === "code") {
    const verified = async () => {
      await queries.refetchQueries({ queryKey: ["me"] });
      setStep(undefined);
      setAsked("");
    };
    const phone = asked || (me.phone ?? "");
    const again = async () => void (await http.post("/me/phone", { phone }));
    return (
      <Code
        route="/me/phone/verify"
        label={t.settings.code}
        sentTo={phone}
        told={t.settings.numberWorks}
        onVerified={verified}
        again={again}
        other={t.settings.otherNumber}
        onOther={() => setStep("number")}
      />
    );
  }
  return <Known phone={me.phone ?? ""} onChange={() => setStep("number")} />;
}

function Known({ phone, onChange }: { phone: string; onChange(): void }) {
  const t = useTexts();
  return (
    <Line label={t.settings.number} note={t.settings.confirmed}>
      {(id) => (
        <div className="two">
          <output id={id}>{phone}</output>
          <button className="button" onClick={onChange}>
            {t.settings.change}
          </button>
        </div>
      )}
    </Line>
  );
}

function Number({ first, onSent, onCancel }: { first: string; onSent(phone: string): void; onCancel?: () => void }) {
  const t = useTexts();
  const [phone, setPhone] = useState(first);
  const { busy, failure, wrong, send } = useSending();
  const ask = async () => {
    await http.post("/me/phone", { phone });
    onSent(phone);
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
        <span>{t.settings.number}</span>
        <input
          className="input"
          type="tel"
          autoComplete="tel"
          placeholder={t.settings.numberExample}
          value={phone}
          onChange={(event) => setPhone(event.target.value)}
          required
          maxLength={40}
          aria-invalid={wrong["/phone"] ? true : undefined}
        />
        {wrong["/phone"] ? <span className="wrong">{wrong["/phone"]}</span> : <small>{t.settings.numberHint}</small>}
      </label>
      {failure && <p role="alert">{failure}</p>}
      <div className="actions">
        <button className="button main" disabled={busy}>
          {t.settings.sendCode}
        </button>
        {onCancel && (
          <button type="button" className="button plain" onClick={onCancel}>
            {t.app.cancel}
          </button>
        )}
      </div>
    </form>
  );
}
