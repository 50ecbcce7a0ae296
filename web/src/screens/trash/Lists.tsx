import "./lists.css";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { List as ListIcon } from "lucide-react";
import { useLocation } from "wouter";
import { http } from "../../api/http.ts";
import { Thing } from "../../components/Thing.tsx";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";
import { load } from "../../todos/replica.ts";
import type { List } from "../../todos/todo.ts";

const KEY = ["lists", "trash"];

/** One's own lists that were deleted in the last 30 days; each can be put back with everything in it. */
export function Lists() {
  const t = useTexts();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const { data: lists = [] } = useQuery({
    queryKey: KEY,
    staleTime: 0,
    queryFn: async () => (await http.get<{ items: List[] }>("/list", { params: { state: "trash" } })).data.items,
  });
  const restore = async (list: List) => {
    try {
      await http.post(`/list/${list.id}/restore`);
      await queries.invalidateQueries({ queryKey: ["lists"] });
      void load();
      go(`/app/list/${list.id}`);
    } catch (error) {
      toast({ text: t.lists.failed, detail: sentence(error), bad: true });
    }
  };
  if (!lists.length) return null;
  return (
    <ul className="things lists-gone">
      {lists.map((list) => (
        <Thing key={list.id} icon={<ListIcon size={18} />} title={list.name} bits={[t.lists.aList]}>
          <button className="button" aria-label={`${t.todo.restore}: ${list.name}`} onClick={() => void restore(list)}>
            {t.todo.restore}
          </button>
        </Thing>
      ))}
    </ul>
  );
}
