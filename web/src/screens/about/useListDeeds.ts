/** What people do with a list: each is asked of the service, and shown when it is done. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useLocation } from "wouter";
import { useMe } from "../../app/Account.tsx";
import { http } from "../../api/http.ts";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";
import { load } from "../../todos/replica.ts";
import type { List } from "../../todos/todo.ts";

type Member = List["members"][number];

export interface Deeds {
  rename(list: List, name: string): void;
  setRole(list: List, member: Member, role: Member["role"]): void;
  remove(list: List, member: Member): void;
  leave(list: List): void;
  trash(list: List): void;
}

export function useListDeeds(): Deeds {
  const t = useTexts();
  const me = useMe();
  const queries = useQueryClient();
  const [, go] = useLocation();
  return useMemo(() => {
    const done = () => queries.invalidateQueries({ queryKey: ["lists"] });
    const attempt = async (work: () => Promise<unknown>) => {
      try {
        await work();
      } catch (error) {
        toast({ text: t.lists.failed, detail: sentence(error), bad: true });
      } finally {
        await done();
      }
    };
    const restore = async (list: List) => {
      await http.post(`/list/${list.id}/restore`);
      await done();
      await load();
      go(`/app/list/${list.id}`);
    };
    const member = (list: List, user: number) => `/list/${list.id}/member/${user}`;
    return {
      rename: (list, name) => void attempt(() => http.patch(`/list/${list.id}`, { name })),
      setRole: (list, { user_id }, role) => void attempt(() => http.patch(member(list, user_id), { role })),
      remove: (list, { user_id, username }) =>
        void attempt(async () => {
          await http.delete(member(list, user_id));
          toast({ text: t.lists.removed(username ?? "") });
        }),
      leave: (list) =>
        void attempt(async () => {
          await http.delete(member(list, me.user_id));
          go("/app/today");
          toast({ text: t.lists.left(list.name) });
        }),
      trash: (list) =>
        void attempt(async () => {
          await http.delete(`/list/${list.id}`);
          go("/app/today");
          const undo = { text: t.app.undo, run: () => void attempt(() => restore(list)) };
          toast({ text: t.lists.deleted(list.name), action: undo });
        }),
    };
  }, [t, me.user_id, queries, go]);
}
