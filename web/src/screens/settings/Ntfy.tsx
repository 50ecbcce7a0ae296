import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { CopyField } from "../../components/CopyField.tsx";
import { Deed } from "../../components/Section.tsx";
import { useTexts } from "../../i18n/index.ts";
import { useSending } from "../signin/useSending.ts";
import { useForget } from "./useForget.ts";

type Topic = components["schemas"]["Topic"];

/** Pushes by ntfy: a secret topic, shown whole only when it is made. */
export function Ntfy() {
  const t = useTexts();
  const { ntfy } = useMe();
  const queries = useQueryClient();
  const forget = useForget("/me/ntfy");
  const [made, setMade] = useState<Topic>();
  const { busy, failure, send } = useSending();
  const make = async () => {
    setMade((await http.post<Topic>("/me/ntfy")).data);
    await queries.refetchQueries({ queryKey: ["me"] });
  };
  return (
    <>
      <Deed label={t.settings.ntfy} note={ntfy ? t.settings.ntfyOn : t.settings.ntfyNote}>
        {ntfy && !made && <output aria-label={t.settings.ntfy}>{ntfy}</output>}
        <button className="button" disabled={busy} onClick={() => void send(make)}>
          {ntfy ? t.settings.newTopic : t.settings.makeTopic}
        </button>
        {ntfy && (
          <button
            className="button plain"
            onClick={() => {
              setMade(undefined);
              forget();
            }}
          >
            {t.settings.forget}
          </button>
        )}
      </Deed>
      {(failure || (made && ntfy)) && (
        <div className="section-form" role="status">
          {failure && <p role="alert">{failure}</p>}
          {made && ntfy && <CopyField label={t.settings.topic} value={made.address} />}
          {made && ntfy && <p className="note">{t.settings.topicNote}</p>}
        </div>
      )}
    </>
  );
}
