import "../signin/sign.css";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { plain } from "../../api/http.ts";
import { Logo } from "../../components/Logo.tsx";
import { PasswordField } from "../../components/PasswordField.tsx";
import { useTexts } from "../../i18n/index.ts";
import { Languages } from "../signin/Languages.tsx";
import { useSending } from "../signin/useSending.ts";
import { Suggest } from "../signup/Suggest.tsx";
import { codeIsUsed, takeCode } from "../signup/code.ts";

/** A new password by a one-time link, `/app/reset#code`. */
export default function Reset() {
  const t = useTexts();
  const [code] = useState(takeCode);
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);
  const { busy, failure, wrong, send } = useSending();
  useEffect(() => {
    document.title = `${t.sign.resetTitle} · recado`;
  }, [t]);
  const submit = async () => {
    await plain.post("/password/reset", { code, new: password });
    codeIsUsed();
    setDone(true);
  };

  return (
    <main className="sign">
      <header>
        <Logo size={44} />
        <h1>{t.sign.resetTitle}</h1>
        {!done && <p className="note">{t.sign.resetNote}</p>}
      </header>
      {done ? (
        <>
          <p className="told" role="status">
            {t.sign.resetDone}
          </p>
          <Link className="button main" href="/app/signin">
            {t.sign.in}
          </Link>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(submit);
          }}
        >
          <PasswordField
            label={t.sign.newPassword}
            value={password}
            onChange={setPassword}
            autoComplete="new-password"
            error={wrong["/new"]}
          >
            <small>{t.sign.rule}</small>
            <Suggest onSuggest={setPassword} />
          </PasswordField>
          {(failure || wrong["/code"] || !code) && <p role="alert">{failure || t.sign.resetUsed}</p>}
          <button className="button main" disabled={busy || !code}>
            {t.app.save}
          </button>
        </form>
      )}
      <footer>
        <Link href="/app/signin">{t.sign.in}</Link>
        <Languages />
      </footer>
    </main>
  );
}
