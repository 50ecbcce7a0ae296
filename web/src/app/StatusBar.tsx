import { useTexts } from "../i18n/index.ts";
import { useSession } from "../session/useSession.ts";
import { useWaiting } from "../todos/hooks.ts";

/** Says when the server does not answer, and how much waits for it. */
export function StatusBar() {
  const t = useTexts();
  const { answering } = useSession();
  const waiting = useWaiting();
  return (
    <div role="status" className={answering ? "hidden" : "status"}>
      {!answering && `${t.app.unanswered} ${waiting ? t.app.waiting(waiting) : ""}`}
    </div>
  );
}
