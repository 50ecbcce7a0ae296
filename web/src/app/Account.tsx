/** Loads who is signed in, begins their copy of the to-dos, and hands the account and the lists to the screens. */
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { http } from "../api/http.ts";
import { locale, speak, useTexts } from "../i18n/index.ts";
import type { KeptAccount } from "../offline/kept.ts";
import { begin, keepAccount, lastAccount, queries } from "../todos/replica.ts";
import type { Account as Person, List } from "../todos/todo.ts";
import { recall } from "./remembered.ts";

const Me = createContext<Person | undefined>(undefined);
const Lists = createContext<List[]>([]);

/** The account that is signed in. */
export function useMe(): Person {
  const me = useContext(Me);
  if (!me) throw new Error("only below <Account>");
  return me;
}

/** One's lists; the personal one first. */
export const useLists = (): List[] => useContext(Lists);

export const personal = (lists: List[]): List | undefined => lists.find((list) => list.personal);

export function Account({ children }: { children: ReactNode }) {
  const last = useLast();
  const { data: fresh, isError } = useQuery({
    queryKey: ["me"],
    queryFn: async () => (await http.get<Person>("/me")).data,
  });
  const me = fresh ?? last?.account;
  const user = me?.user_id;
  const { data: lists } = useQuery({
    queryKey: ["lists"],
    enabled: user !== undefined,
    queryFn: async () => (await http.get<{ items: List[] }>("/list")).data.items,
  });

  useEffect(() => {
    if (me && user !== undefined) begin(me);
    // A person begins once; later changes of the account change nothing of that.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [user]);
  useEffect(() => {
    if (fresh && lists) keepAccount(fresh, lists);
  }, [fresh, lists]);
  useEffect(() => {
    if (fresh && !recall("locale") && fresh.locale !== locale()) speak(fresh.locale);
  }, [fresh]);

  if (!me) return last === undefined && !isError ? <Blank /> : <Unanswered waiting={!isError} />;
  return (
    <Me value={me}>
      <Lists value={lists ?? last?.lists ?? []}>{children}</Lists>
    </Me>
  );
}

/** What is kept on disk, for the time until the service has answered; null when nothing is. */
function useLast(): KeptAccount | null | undefined {
  const [last, setLast] = useState<KeptAccount | null>();
  useEffect(() => {
    let here = true;
    void lastAccount().then((kept) => here && setLast(kept ?? null));
    return () => {
      here = false;
    };
  }, []);
  return last;
}

function Blank() {
  return <div className="resting-place" aria-busy="true" />;
}

function Unanswered({ waiting }: { waiting: boolean }) {
  const t = useTexts();
  if (waiting) return <Blank />;
  return (
    <main className="sign">
      <p role="alert">{t.sign.unanswered}</p>
      <button className="button main" onClick={() => void queries.refetchQueries({ queryKey: ["me"] })}>
        {t.app.again}
      </button>
    </main>
  );
}
