import "./sign.css";
import { KeyRound } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { type SecondStep as Asked, secondStepOf } from "../../api/problem.ts";
import { Logo } from "../../components/Logo.tsx";
import { PasswordField } from "../../components/PasswordField.tsx";
import { useTexts } from "../../i18n/index.ts";
import { signIn, signInWith } from "../../session/entering.ts";
import { passkeysPossible } from "../../session/possible.ts";
import { useSession } from "../../session/useSession.ts";
import { Languages } from "./Languages.tsx";
import { useSending } from "./useSending.ts";
import { UserName } from "./UserName.tsx";

const SecondStep = lazy(async () => ({ default: (await import("../../components/SecondStep.tsx")).SecondStep }));

/** Sign in; also what is shown when the session was ended. */
export default function SignIn() {
  const t = useTexts();
  const { why } = useSession();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState<Asked>();
  const passkeys = passkeysPossible();
  const { busy, failure, send } = useSending({ "bad-credentials": t.sign.wrong });
  const alone = useSending({
    "bad-credentials": t.factors.unknownPasskey,
    "challenge-over": t.factors.again,
    NotAllowedError: t.factors.notUsed,
  });
  const offering = useRef<AbortController>(undefined);
  const [round, setRound] = useState(0);
  const enter = async () => {
    try {
      await signIn(username, password);
    } catch (error) {
      const step = secondStepOf(error);
      if (!step) throw error;
      setAsked(step);
    }
  };
  const byPasskey = async () => {
    offering.current?.abort(); // a browser asks one thing at a time
    const { challenge, use } = await import("../../session/passkeys.ts");
    const begun = await challenge();
    try {
      await signInWith(begun.challenge, { passkey: await use(begun.passkey) });
    } finally {
      setRound(round + 1);
    }
  };
  const { send: sendAlone } = alone;
  useEffect(() => {
    if (!passkeys || asked) return;
    const stop = new AbortController();
    offering.current = stop;
    // Without what the browser fills in, one signs in by hand, or by the button.
    void import("../../session/passkeys.ts")
      .then(({ offer }) => offer(stop.signal, (challenge, passkey) => sendAlone(() => signInWith(challenge, { passkey }))))
      .catch(() => undefined);
    return () => stop.abort();
    // `sendAlone` is another one each time, and does the same.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [passkeys, asked, round]);
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
      {why !== "never" && !failure && !alone.failure && (
        <p className="told" role="status">
          {why === "ended" ? t.sign.ended : t.sign.left}
        </p>
      )}
      {asked ? (
        <Suspense fallback={<div aria-busy="true" />}>
          <p>{t.factors.second(username)}</p>
          <SecondStep
            asked={asked}
            onAnswer={(answer) => signInWith(asked.challenge, answer)}
            onOver={() => setAsked(undefined)}
          />
          <button type="button" className="link" onClick={() => setAsked(undefined)}>
            {t.factors.back}
          </button>
        </Suspense>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send(enter);
          }}
        >
          <UserName value={username} onChange={setUsername} autoComplete={passkeys ? "username webauthn" : "username"} />
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
          {(failure || alone.failure) && <p role="alert">{failure || alone.failure}</p>}
          <button className="button main" disabled={busy}>
            {t.sign.in}
          </button>
          {passkeys && (
            <button type="button" className="button" disabled={alone.busy} onClick={() => void sendAlone(byPasskey)}>
              <KeyRound size={16} aria-hidden="true" /> {t.factors.signInByPasskey}
            </button>
          )}
        </form>
      )}
      <footer>
        <span>
          {t.sign.noAccount} <Link href="/app/signup">{t.sign.up}</Link>
        </span>
        <Languages />
      </footer>
    </main>
  );
}
