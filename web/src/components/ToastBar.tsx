import "./toast.css";
import { X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTexts } from "../i18n/index.ts";
import { currentToast, subscribeToasts, toast } from "./toasts.ts";

export function ToastBar() {
  const t = useTexts();
  const now = useSyncExternalStore(subscribeToasts, currentToast);
  return (
    <div className="toasts" role="status">
      {now && (
        <div className="toast" key={now.key} data-bad={now.bad || undefined}>
          <p>
            {now.text} {now.detail && <small>{now.detail}</small>}
          </p>
          {now.action && (
            <button
              className="toast-action"
              onClick={() => {
                toast(undefined);
                now.action?.run();
              }}
            >
              {now.action.text}
            </button>
          )}
          <button className="toast-close" aria-label={t.app.close} onClick={() => toast(undefined)}>
            <X size={16} />
          </button>
        </div>
      )}
    </div>
  );
}
