import "./section.css";
import { Copy } from "lucide-react";
import { useRef } from "react";
import { useTexts } from "../i18n/index.ts";
import { copyFrom } from "./copying.ts";

/** A text that is shown to be taken elsewhere. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const t = useTexts();
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className="copy-field">
      <input ref={field} className="input" readOnly value={value} aria-label={label} onFocus={(event) => event.target.select()} />
      <button type="button" className="button" onClick={() => void copyFrom(field.current, value)}>
        <Copy size={16} aria-hidden="true" /> {t.app.copy}
      </button>
    </div>
  );
}
