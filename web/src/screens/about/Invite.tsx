import { useState } from "react";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { CopyOnce } from "../../components/CopyOnce.tsx";
import { Line } from "../../components/Section.tsx";
import { toast } from "../../components/toasts.ts";
import { useMe } from "../../app/Account.tsx";
import { instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";
import type { List } from "../../todos/todo.ts";

type Invitation = components["schemas"]["ListInvite"];

/** Makes a link that lets one person in, once. It is shown now and never again. */
export function Invite({ list }: { list: List }) {
  const t = useTexts();
  const [role, setRole] = useState<Invitation["role"]>("editor");
  const [made, setMade] = useState<Invitation>();
  const make = async () => {
    try {
      setMade((await http.post<Invitation>(`/list/${list.id}/invite`, { role })).data);
    } catch (error) {
      toast({ text: t.lists.failed, detail: sentence(error), bad: true });
    }
  };
  const takeBack = async () => {
    try {
      await http.delete(`/list/${list.id}/invite`);
      setMade(undefined);
      toast({ text: t.lists.takenBack });
    } catch (error) {
      toast({ text: t.lists.failed, detail: sentence(error), bad: true });
    }
  };
  return (
    <>
      <Line label={t.lists.as}>
        {(id) => (
          <div className="two">
            <select id={id} className="input" value={role} onChange={(event) => setRole(event.target.value as Invitation["role"])}>
              {(["editor", "viewer"] as const).map((role) => (
                <option key={role} value={role}>
                  {t.lists.roles[role]}
                </option>
              ))}
            </select>
            <button className="button main" onClick={() => void make()}>
              {t.lists.makeLink}
            </button>
          </div>
        )}
      </Line>
      {made && <Link made={made} />}
      <div className="line">
        <p className="note">{t.lists.takeBackNote}</p>
        <button className="button" onClick={() => void takeBack()}>
          {t.lists.takeBack}
        </button>
      </div>
    </>
  );
}

function Link({ made }: { made: Invitation }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const note = t.lists.linkNote(instantName(locale, made.expires_at, time_zone));
  return <CopyOnce label={t.lists.link} text={`${location.origin}/app/join#${made.code}`} note={note} />;
}
