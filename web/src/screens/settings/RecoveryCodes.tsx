import { Copy, Download } from "lucide-react";
import { useRef } from "react";
import { useMe } from "../../app/Account.tsx";
import { Dialog } from "../../components/Dialog.tsx";
import { copyFrom } from "../../components/copying.ts";
import { useTexts } from "../../i18n/index.ts";
import { save } from "./Data.tsx";

/** The recovery codes, this once. */
export function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose(): void }) {
  const t = useTexts();
  const { username } = useMe();
  const field = useRef<HTMLTextAreaElement>(null);
  const text = codes.join("\n");
  return (
    <Dialog title={t.factors.codesTitle} onClose={onClose}>
      <div className="section-form">
        <p>{t.factors.codesOnce}</p>
        <textarea ref={field} className="input factors-codes" readOnly rows={codes.length} value={text} aria-label={t.factors.codesTitle} />
        <div className="actions">
          <button className="button" onClick={() => void copyFrom(field.current, text)}>
            <Copy size={16} aria-hidden="true" /> {t.app.copy}
          </button>
          <button className="button" onClick={() => save(new Blob([`${text}\n`], { type: "text/plain" }), `recado-${username}-recovery-codes.txt`)}>
            <Download size={16} aria-hidden="true" /> {t.factors.download}
          </button>
          <button className="button main" onClick={onClose}>
            {t.factors.kept}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
