import "./copyonce.css";
import { Copy } from "lucide-react";
import { useRef } from "react";
import { useTexts } from "../i18n/index.ts";
import { toast } from "./toasts.ts";

interface Props {
  label: string;
  text: string;
  note: string;
}

/** A secret that is shown now and never again, with a button that copies it. */
export function CopyOnce({ label, text, note }: Props) {
  const t = useTexts();
  const field = useRef<HTMLInputElement>(null);
  const copy = async () => {
    field.current?.select();
    // A page that is no secure context has no clipboard: the text is selected, and copied the old way.
    if (navigator.clipboard) await navigator.clipboard.writeText(text).catch(() => document.execCommand("copy"));
    else document.execCommand("copy");
    toast({ text: t.app.copied });
  };
  return (
    <div className="section-form copy-once" role="status">
      <div className="two">
        <input ref={field} className="input" readOnly value={text} aria-label={label} onFocus={(event) => event.target.select()} />
        <button type="button" className="button" onClick={() => void copy()}>
          <Copy size={16} aria-hidden="true" /> {t.app.copy}
        </button>
      </div>
      <p className="note">{note}</p>
    </div>
  );
}
