import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import { PasswordField } from "../../components/PasswordField.tsx";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { useSending } from "../signin/useSending.ts";
import { Suggest } from "../signup/Suggest.tsx";

/** A new password, which signs all other devices out. */
export function Password() {
  const t = useTexts();
  const { username } = useMe();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const { busy, failure, wrong, send } = useSending({ "bad-credentials": t.settings.wrongPassword });
  const change = async () => {
    await http.put("/me/password", { current, new: next });
    setCurrent("");
    setNext("");
    toast({ text: t.settings.passwordChanged });
  };
  return (
    <form
      className="section-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(change);
      }}
    >
      <input className="hidden" type="text" autoComplete="username" value={username} readOnly tabIndex={-1} aria-hidden="true" />
      <PasswordField id="current" label={t.settings.current} value={current} onChange={setCurrent} autoComplete="current-password" />
      <PasswordField label={t.sign.newPassword} value={next} onChange={setNext} autoComplete="new-password" error={wrong["/new"]}>
        <small>{t.sign.rule}</small>
        <Suggest onSuggest={setNext} />
      </PasswordField>
      {failure && <p role="alert">{failure}</p>}
      <button className="button" disabled={busy}>
        {t.settings.changePassword}
      </button>
    </form>
  );
}
