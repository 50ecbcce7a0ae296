import { useTexts } from "../i18n/index.ts";

/** What stands where something could not be loaded. */
export function Unloaded({ onAgain }: { onAgain(): unknown }) {
  const t = useTexts();
  return (
    <p className="note" role="alert">
      {t.app.failed}{" "}
      <button className="link" onClick={() => void onAgain()}>
        {t.app.again}
      </button>
    </p>
  );
}
