import "../signin/sign.css";
import { useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { Logo } from "../../components/Logo.tsx";
import { PasswordField } from "../../components/PasswordField.tsx";
import { useTexts } from "../../i18n/index.ts";
import { signUp } from "../../session/entering.ts";
import { firstPlace } from "../join/pending.ts";
import { Languages } from "../signin/Languages.tsx";
import { useSending } from "../signin/useSending.ts";
import { UserName } from "../signin/UserName.tsx";
import { Suggest } from "./Suggest.tsx";
import { takeCode } from "./code.ts";

/** Sign up, with an invitation or without. `/app/invite#code` leads here with the code filled in. */
export default function SignUp() {
  const t = useTexts();
  const [, go] = useLocation();
  const [invited] = useState(takeCode);
  const [invite, setInvite] = useState(invited);
  const [asked, setAsked] = useState(false);
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const known = { refused: t.sign.refused, conflict: t.sign.taken };
  const { busy, failure, wrong, send } = useSending(known);
  const title = invited ? t.sign.inviteTitle : t.sign.up;
  useEffect(() => {
    document.title = `${title} · recado`;
  }, [title]);
  const submit = async () => {
    try {
      await signUp(username, password, invite.trim().replace(/^.*#/, ""));
      go(firstPlace(), { replace: true });
    } catch (error) {
      setAsked(true);
      throw error;
    }
  };

  return (
    <main className="sign">
      <header>
        <Logo size={44} />
        <h1>{title}</h1>
        <p className="note">{invited ? t.sign.inviteNote : t.sign.tagline}</p>
      </header>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send(submit);
        }}
      >
        <UserName value={username} onChange={setUsername} error={wrong["/username"]} />
        <PasswordField
          label={t.sign.password}
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
          error={wrong["/password"]}
        >
          <small>{t.sign.rule}</small>
          <Suggest onSuggest={setPassword} />
        </PasswordField>
        {(asked || invite) && !invited && (
          <label className="field">
            <span>{t.sign.invite}</span>
            <input className="input" value={invite} onChange={(event) => setInvite(event.target.value)} />
            <small>{t.sign.inviteHint}</small>
          </label>
        )}
        {failure && <p role="alert">{failure}</p>}
        <button className="button main" disabled={busy}>
          {t.sign.up}
        </button>
      </form>
      <footer>
        <span>
          {t.sign.account} <Link href="/app/signin">{t.sign.in}</Link>
        </span>
        <Languages />
      </footer>
    </main>
  );
}
