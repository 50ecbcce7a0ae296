import { useLocale, useTexts } from "../../i18n/index.ts";
import { suggest } from "./passphrase.ts";

/** Fills in a passphrase in the person's language. */
export function Suggest({ onSuggest }: { onSuggest(passphrase: string): void }) {
  const t = useTexts();
  const locale = useLocale();
  const fill = async () => {
    onSuggest(await suggest(locale));
    const input = document.querySelector<HTMLInputElement>("#password");
    if (input?.type === "password") input.parentElement?.querySelector("button")?.click();
  };
  return (
    <button type="button" className="link" onClick={() => void fill()}>
      {t.sign.suggest}
    </button>
  );
}
