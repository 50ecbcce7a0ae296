import { useState } from "react";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { useMe } from "../../app/Account.tsx";
import { CopyOnce } from "../../components/CopyOnce.tsx";
import { Dialog } from "../../components/Dialog.tsx";
import { PasswordField } from "../../components/PasswordField.tsx";
import { instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { useSending } from "../signin/useSending.ts";
import type { Person } from "./people.ts";

type Reset = components["schemas"]["Reset"];

/** A link with which somebody sets a new password. It opens an account, so it takes the operator's own password. */
export function NewPassword({ person, onClose }: { person: Person; onClose(): void }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const [password, setPassword] = useState("");
  const [made, setMade] = useState<Reset>();
  const { busy, failure, send } = useSending({ "bad-credentials": t.settings.wrongPassword });
  const make = async () => setMade((await http.post<Reset>(`/operator/user/${person.user_id}/reset`, { password })).data);
  return (
    <Dialog title={t.operator.resetOf(person.username)} onClose={onClose}>
      {made ? (
        <CopyOnce
          label={t.operator.resetLink}
          text={location.origin + made.path}
          note={t.operator.linkNote(instantName(locale, made.expires_at, time_zone))}
        />
      ) : (
        <form
          className="section-form"
          onSubmit={(event) => {
            event.preventDefault();
            void send(make);
          }}
        >
          <p>{t.operator.resetNote}</p>
          <PasswordField id="own" label={t.operator.own} value={password} onChange={setPassword} autoComplete="current-password" />
          {failure && <p role="alert">{failure}</p>}
          <div className="actions">
            <button className="button main" disabled={busy}>
              {t.operator.makeLink}
            </button>
            <button type="button" className="button plain" onClick={onClose}>
              {t.app.cancel}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
