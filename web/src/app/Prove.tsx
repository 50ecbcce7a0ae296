import { KeyRound } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { http } from "../api/http.ts";
import { type SecondStep as Asked, secondStepOf } from "../api/problem.ts";
import { Dialog } from "../components/Dialog.tsx";
import { PasswordField } from "../components/PasswordField.tsx";
import { useTexts } from "../i18n/index.ts";
import { useSending } from "../screens/signin/useSending.ts";
import { passkeysPossible } from "../session/possible.ts";
import { settle } from "../session/proving.ts";

const SecondStep = lazy(async () => ({ default: (await import("../components/SecondStep.tsx")).SecondStep }));

/** The question who one is, before something delicate goes on. */
export default function Prove() {
  const t = useTexts();
  const [asked, setAsked] = useState<Asked>();
  return (
    <Dialog title={t.factors.prove} onClose={() => settle(false)}>
      <div className="section-form">
        <p>{t.factors.proveNote}</p>
        {asked ? (
          <Suspense fallback={<div aria-busy="true" />}>
            <SecondStep
              asked={asked}
              onAnswer={async (answer) => {
                await http.post("/session/proof", { challenge: asked.challenge, ...answer });
                settle(true);
              }}
              onOver={() => setAsked(undefined)}
            />
          </Suspense>
        ) : (
          <Password onAsked={setAsked} />
        )}
      </div>
    </Dialog>
  );
}

function Password({ onAsked }: { onAsked(asked: Asked): void }) {
  const t = useTexts();
  const [password, setPassword] = useState("");
  const { busy, failure, send } = useSending({ "bad-credentials": t.settings.wrongPassword, NotAllowedError: t.factors.notUsed });
  const byPassword = async () => {
    try {
      await http.post("/session/proof", { password });
      settle(true);
    } catch (error) {
      const step = secondStepOf(error);
      if (!step) throw error;
      onAsked(step);
    }
  };
  const byPasskey = async () => {
    const { challenge, use } = await import("../session/passkeys.ts");
    const begun = await challenge();
    await http.post("/session/proof", { challenge: begun.challenge, passkey: await use(begun.passkey) });
    settle(true);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send(byPassword);
      }}
    >
      <PasswordField id="proof" label={t.settings.current} value={password} onChange={setPassword} autoComplete="current-password" />
      {failure && <p role="alert">{failure}</p>}
      <div className="actions">
        <button className="button main" disabled={busy}>
          {t.factors.go}
        </button>
        {passkeysPossible() && (
          <button type="button" className="button" disabled={busy} onClick={() => void send(byPasskey)}>
            <KeyRound size={16} aria-hidden="true" /> {t.factors.usePasskey}
          </button>
        )}
        <button type="button" className="button plain" onClick={() => settle(false)}>
          {t.app.cancel}
        </button>
      </div>
    </form>
  );
}
