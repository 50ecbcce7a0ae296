import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { http } from "../../api/http.ts";
import { isUnanswered, problemType } from "../../api/problem.ts";
import { Empty } from "../../components/Empty.tsx";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";
import { load } from "../../todos/replica.ts";
import type { List } from "../../todos/todo.ts";
import { invitationIsUsed, pendingInvitation } from "./pending.ts";

/** Joins the list that an invitation is for, when one says so. */
export default function Join() {
  const t = useTexts();
  const [, go] = useLocation();
  const queries = useQueryClient();
  const [code] = useState(pendingInvitation);
  const [failure, setFailure] = useState(code ? "" : t.lists.used);
  const [busy, setBusy] = useState(false);
  const join = async () => {
    setBusy(true);
    try {
      const { data } = await http.post<List>(`/invite/${encodeURIComponent(code)}`);
      invitationIsUsed();
      queries.setQueryData<List[]>(["lists"], (lists) => [...(lists ?? []).filter((one) => one.id !== data.id), data]);
      void load();
      go(`/app/list/${data.id}`, { replace: true });
      toast({ text: t.lists.joined(data.name) });
    } catch (error) {
      if (!isUnanswered(error)) invitationIsUsed();
      setFailure(problemType(error) === "not-found" ? t.lists.used : sentence(error) || t.sign.unanswered);
      setBusy(false);
    }
  };
  return (
    <div className="screen">
      <h1 className="hidden">{t.sign.joinTitle}</h1>
      <Empty title={failure ? t.lists.notJoined : t.sign.joinTitle} text={failure || t.lists.joinNote}>
        {failure ? (
          <Link className="button" href="/app/today">
            {t.app.home}
          </Link>
        ) : (
          <button className="button" disabled={busy} onClick={() => void join()}>
            {t.lists.join}
          </button>
        )}
      </Empty>
    </div>
  );
}
