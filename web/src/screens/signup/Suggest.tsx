import { useLocale, useTexts } from "../../i18n/index.ts";
import { suggest } from "./passphrase.ts";

/** Fills in a passphrase in the person's language. */
export function Suggest({ onSuggest }: { onSuggest(passphrase: string): void }) {
  const t = useTexts();
  const locale = useLocale();
  const fill = async () => {
    onSuggest(await suggest(locale));
    const field = document.querySelector<HTMLInputElement>("#password");
    if (field?.type === "password") document.querySelector<HTMLButtonElement>(".password button")?.click();
  };
  return (
    <button type="button" className="link" onClick={() => void fill()}>
      {t.sign.suggest}
    </button>
  );
}
