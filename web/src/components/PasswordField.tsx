import "./password.css";
import { Eye, EyeOff } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTexts } from "../i18n/index.ts";

interface Props {
  label: string;
  value: string;
  onChange(value: string): void;
  autoComplete: "current-password" | "new-password";
  error?: string | undefined;
  /** Of the input; only where there are two on a page. */
  id?: string;
  children?: ReactNode;
}

/** A password that can be looked at. `children` stand below it. */
export function PasswordField({ label, value, onChange, autoComplete, error, id = "password", children }: Props) {
  const t = useTexts();
  const [shown, setShown] = useState(false);
  return (
    <div className="field">
      <span>
        <label htmlFor={id}>{label}</label>
      </span>
      <div className="password">
        <input
          id={id}
          className="input"
          type={shown ? "text" : "password"}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          autoComplete={autoComplete}
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={128}
          aria-invalid={error ? true : undefined}
          aria-describedby={`${id}-note`}
        />
        <button
          type="button"
          className="icon-button"
          aria-label={`${shown ? t.sign.hide : t.sign.show}: ${label}`}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff size={18} /> : <Eye size={18} />}
        </button>
      </div>
      <div id={`${id}-note`} className="below">
        {error && <span className="wrong">{error}</span>}
        {children}
      </div>
    </div>
  );
}
