import { useTexts } from "../../i18n/index.ts";

interface Props {
  value: string;
  onChange(value: string): void;
  /** What is wrong with it. */
  error?: string | undefined;
  autoComplete?: "username" | "username webauthn";
}

/** The field for one's user name, wherever one is not in yet. */
export function UserName({ value, onChange, error, autoComplete = "username" }: Props) {
  const t = useTexts();
  return (
    <label className="field">
      <span>{t.sign.username}</span>
      <input
        className="input"
        name="username"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        required
        maxLength={64}
        aria-invalid={error ? true : undefined}
      />
      {error && <span className="wrong">{error}</span>}
    </label>
  );
}
