import "./sign.css";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { Logo } from "../../components/Logo.tsx";
import { PasswordField } from "../../components/PasswordField.tsx";
import { useTexts } from "../../i18n/index.ts";
import { signIn } from "../../session/entering.ts";
import { useSession } from "../../session/useSession.ts";
import { Languages } from "./Languages.tsx";
import { useSending } from "./useSending.ts";
import { UserName } from "./UserName.tsx";

/** Sign in; also what is shown when the session was ended. */
export default function SignIn() {
  const t = useTexts();
  const { why } = useSession();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const { busy, failure, send } = useSending({ "bad-credentials": t.sign.wrong });
  useEffect(() => {
    document.title = `${t.sign.in} · recado`;
  }, [t]);

  return (
    <main className="sign">
      <header>
        <Logo size={44} />
        <h1>{t.sign.in}</h1>
        <p className="note">{t.sign.tagline}</p>
      </header>
      {why !== "never" && !failure && (
        <p className="told" role="status">
          {why === "ended" ? t.sign.ended : t.sign.left}
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send(() => signIn(username, password));
        }}
      >
        <UserName value={username} onChange={setUsername} />
        <PasswordField
          label={t.sign.password}
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        >
          <Link className="link forgot" href="/app/forgot">
            {t.sign.forgot}
          </Link>
        </PasswordField>
        {failure && <p role="alert">{failure}</p>}
        <button className="button main" disabled={busy}>
          {t.sign.in}
        </button>
      </form>
      <footer>
        <span>
          {t.sign.noAccount} <Link href="/app/signup">{t.sign.up}</Link>
        </span>
        <Languages />
      </footer>
    </main>
  );
}
