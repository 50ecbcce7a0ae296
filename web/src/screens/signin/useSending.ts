import { useState } from "react";
import { problemOf, problemType } from "../../api/problem.ts";
import { useTexts } from "../../i18n/index.ts";
import { said, sentence } from "../../i18n/said.ts";

interface Sending {
  busy: boolean;
  /** What went wrong, in the person's language where we know the problem. */
  failure: string;
  /** What is wrong with one member, by its pointer. */
  wrong: Record<string, string>;
  send(work: () => Promise<void>): Promise<void>;
}

/** A form being sent: one at a time, and what the service has against it. */
export function useSending(known: Record<string, string> = {}): Sending {
  const t = useTexts();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const send = async (work: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setFailure("");
    setWrong({});
    try {
      await work();
    } catch (error) {
      const problem = problemOf(error);
      const members = Object.fromEntries((problem?.errors ?? []).map((one) => [one.pointer, said(one.detail)]));
      setWrong(members);
      const sentences: Record<string, string> = { "too-many-attempts": t.sign.tooMany, "step-up-required": t.factors.unproven, ...known };
      const name = error instanceof DOMException ? error.name : problemType(error); // the browser's own refusals
      const told = sentences[name] ?? (sentence(error) || t.sign.unanswered);
      setFailure(Object.keys(members).length ? "" : told);
    } finally {
      setBusy(false);
    }
  };
  return { busy, failure, wrong, send };
}
