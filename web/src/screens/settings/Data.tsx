import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http, plain, session } from "../../api/http.ts";
import { Dialog } from "../../components/Dialog.tsx";
import { PasswordField } from "../../components/PasswordField.tsx";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { withProof } from "../../session/proving.ts";
import { sentence } from "../../i18n/said.ts";
import { useSending } from "../signin/useSending.ts";

const PATIENCE = 120_000;

/** Take everything along, or have everything erased. */
export function Data() {
  const t = useTexts();
  const { username } = useMe();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const fetchAll = async () => {
    setBusy(true);
    try {
      const { data } = await http.get<Blob>("/me/export", { responseType: "blob", timeout: PATIENCE });
      save(data, `recado-${username}.json`);
    } catch (error) {
      toast({ text: t.app.failed, detail: sentence(error), bad: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="line">
        <div>
          {t.settings.export}
          <p className="note">{t.settings.exportNote}</p>
        </div>
        <button className="button" disabled={busy} onClick={() => void fetchAll()}>
          {t.settings.download}
        </button>
      </div>
      <div className="line">
        <div>
          {t.settings.delete}
          <p className="note">{t.settings.deleteNote}</p>
        </div>
        <button className="button danger" onClick={() => setAsking(true)}>
          {t.settings.deleteButton}
        </button>
      </div>
      {asking && <Farewell onClose={() => setAsking(false)} />}
    </>
  );
}

/** The one question that is asked before something is done: there is no way back from it. */
function Farewell({ onClose }: { onClose(): void }) {
  const t = useTexts();
  const [password, setPassword] = useState("");
  const { busy, failure, send } = useSending({ "bad-credentials": t.settings.wrongPassword });
  const erase = async () => {
    await http.get("/me"); // a fresh token: the answer to what follows clears the cookies, so no interceptor may see it
    await withProof(() => plain.delete("/me", { data: { password } }));
    session.left();
  };
  return (
    <Dialog title={t.settings.farewell} onClose={onClose}>
      <form
        className="section-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send(erase);
        }}
      >
        <p>{t.settings.farewellNote}</p>
        <PasswordField id="erase" label={t.sign.password} value={password} onChange={setPassword} autoComplete="current-password" />
        {failure && <p role="alert">{failure}</p>}
        <div className="actions">
          <button className="button danger" disabled={busy}>
            {t.settings.farewellButton}
          </button>
          <button type="button" className="button plain" onClick={onClose}>
            {t.app.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE);
}
