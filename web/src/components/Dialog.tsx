import "./dialog.css";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTexts } from "../i18n/index.ts";

interface Props {
  title: string;
  onClose(): void;
  /** The title is read out, and not shown. */
  bare?: boolean;
  children: ReactNode;
}

/** A modal dialog: the browser keeps the focus inside, Escape and a click outside close it. */
export function Dialog({ title, onClose, bare = false, children }: Props) {
  const t = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>(".dialog-body :is(button, input)")?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-label={title}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-inside">
        {!bare && (
          <header>
            <h2>{title}</h2>
            <button className="icon-button" aria-label={t.app.close} onClick={onClose}>
              <X size={18} />
            </button>
          </header>
        )}
        <div className="dialog-body">{children}</div>
      </div>
    </dialog>
  );
}
