import "./copyonce.css";
import { Copy } from "lucide-react";
import { useRef } from "react";
import { useTexts } from "../i18n/index.ts";
import { copyFrom } from "./copying.ts";

interface Props {
  label: string;
  text: string;
  note: string;
}

/** A secret that is shown now and never again, with a button that copies it. */
export function CopyOnce({ label, text, note }: Props) {
  const t = useTexts();
  const field = useRef<HTMLInputElement>(null);
  return (
    <div className="section-form copy-once" role="status">
      <div className="two">
        <input ref={field} className="input" readOnly value={text} aria-label={label} onFocus={(event) => event.target.select()} />
        <button type="button" className="button" onClick={() => void copyFrom(field.current, text)}>
          <Copy size={16} aria-hidden="true" /> {t.app.copy}
        </button>
      </div>
      <p className="note">{note}</p>
    </div>
  );
}
