import { KeyRound } from "lucide-react";
import { useState } from "react";
import type { SecondStep as Asked } from "../api/problem.ts";
import { useTexts } from "../i18n/index.ts";
import { useSending } from "../screens/signin/useSending.ts";
import type { Answer } from "../session/entering.ts";
import { use } from "../session/passkeys.ts";
import { passkeysPossible } from "../session/possible.ts";

interface Props {
  asked: Asked;
  /** Send the answer; what it rejects with is told here. */
  onAnswer(answer: Answer): Promise<void>;
  /** The challenge is over: begin again. */
  onOver(): void;
}

/** The second factor: a passkey, a code of the app, or a recovery code. */
export function SecondStep({ asked, onAnswer, onOver }: Props) {
  const t = useTexts();
  const [code, setCode] = useState("");
  const { busy, failure, send } = useSending({ "second-factor-wrong": t.factors.wrong, NotAllowedError: t.factors.notUsed });
  const options = asked.passkey && passkeysPossible() ? asked.passkey : undefined;
  const byCode = asked.factors.some((one) => one !== "passkey");
  const byApp = asked.factors.includes("totp");
  const answer = (work: () => Promise<Answer>) =>
    void send(async () => {
      try {
        await onAnswer(await work());
      } catch (error) {
        if (isOver(error)) onOver();
        else throw error;
      }
    });
  const typed = async (): Promise<Answer> => (/^\d{6}$/.test(code.replaceAll(/\s/g, "")) ? { totp: code } : { recovery: code });
  return (
    <form
      className="second-step"
      onSubmit={(event) => {
        event.preventDefault();
        answer(byCode ? typed : async () => ({ passkey: await use(options ?? {}) }));
      }}
    >
      {options && (
        <button
          type="button"
          className={byCode ? "button" : "button main"}
          disabled={busy}
          onClick={() => answer(async () => ({ passkey: await use(options) }))}
        >
          <KeyRound size={16} aria-hidden="true" /> {t.factors.usePasskey}
        </button>
      )}
      {byCode && (
        <>
          <label className="field">
            <span>{byApp ? t.factors.codeOrRecovery : t.factors.recoveryCode}</span>
            <input
              className="input"
              name="code"
              autoComplete="one-time-code"
              autoCapitalize="none"
              spellCheck={false}
              value={code}
              onChange={(event) => setCode(event.target.value)}
              required
              maxLength={40}
              // It is the one thing to do on this step, and the step before had the focus.
              // oxlint-disable-next-line jsx-a11y/no-autofocus
              autoFocus
            />
            <small>{byApp ? t.factors.codeNote : t.factors.recoveryNote}</small>
          </label>
          <button className="button main" disabled={busy}>
            {t.factors.go}
          </button>
        </>
      )}
      {failure && <p role="alert">{failure}</p>}
    </form>
  );
}

function isOver(error: unknown): boolean {
  const response = (error as { response?: { data?: { type?: string } } }).response;
  return response?.data?.type?.endsWith("#challenge-over") ?? false;
}
