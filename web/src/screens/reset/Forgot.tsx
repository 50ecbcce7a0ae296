import "../signin/sign.css";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { plain } from "../../api/http.ts";
import { Logo } from "../../components/Logo.tsx";
import { useTexts } from "../../i18n/index.ts";
import { Languages } from "../signin/Languages.tsx";
import { useSending } from "../signin/useSending.ts";
import { UserName } from "../signin/UserName.tsx";

/** Ask for a link that sets a new password. What is answered tells nobody who has an account. */
export default function Forgot() {
  const t = useTexts();
  const [username, setUsername] = useState("");
  const [done, setDone] = useState(false);
  const { busy, failure, send } = useSending();
  useEffect(() => {
    document.title = `${t.sign.forgotTitle} · recado`;
  }, [t]);
  const submit = async () => {
    await plain.post("/password/forgot", { username });
    setDone(true);
  };

  return (
    <main className="sign">
      <header>
        <Logo size={44} />
        <h1>{t.sign.forgotTitle}</h1>
        {!done && <p className="note">{t.sign.forgotNote}</p>}
      </header>
      {done ? (
        <p className="told" role="status">
          {t.sign.forgotDone}
        </p>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(submit);
          }}
        >
          <UserName value={username} onChange={setUsername} />
          {failure && <p role="alert">{failure}</p>}
          <button className="button main" disabled={busy}>
            {t.sign.forgotSend}
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
