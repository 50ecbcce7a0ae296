import "./section.css";
import { Copy } from "lucide-react";
import { useRef } from "react";
import { useTexts } from "../i18n/index.ts";
import { toast } from "./toasts.ts";

/** A text that is shown to be taken elsewhere. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const t = useTexts();
  const field = useRef<HTMLInputElement>(null);
  const take = async () => {
    field.current?.select();
    // A page that is no secure context has no clipboard: the text is selected, and copied the old way.
    if (navigator.clipboard) await navigator.clipboard.writeText(value).catch(() => document.execCommand("copy"));
    else document.execCommand("copy");
    toast({ text: t.lists.copied });
  };
  return (
    <div className="copy-field">
      <input ref={field} className="input" readOnly value={value} aria-label={label} onFocus={(event) => event.target.select()} />
      <button type="button" className="button" onClick={() => void take()}>
        <Copy size={16} aria-hidden="true" /> {t.lists.copy}
      </button>
    </div>
  );
}
