/** What the operator's screen reads and does. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";

export type Person = components["schemas"]["Person"];

const PEOPLE = ["operator", "people"];
export const EVENTS = ["operator", "events"];

interface Page<T> {
  items: T[];
  next: string | null;
}

/** A list of the operator's, page by page. */
export function useOperatorPages<T>(key: string[], path: string, query: Record<string, string> = {}) {
  return useInfiniteQuery({
    queryKey: [...key, query],
    staleTime: 0,
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const params = { ...query, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      return (await http.get<Page<T>>(path, { params, signal })).data;
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

export const usePeople = () => useOperatorPages<Person>(PEOPLE, "/operator/user");

/** Keep somebody out, or let them in again. */
export function useDisabling(onError: (error: unknown) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ user_id, disabled }: Pick<Person, "user_id" | "disabled">) =>
      (await http.patch<Person>(`/operator/user/${user_id}`, { disabled })).data,
    onError,
    onSettled: () => queries.invalidateQueries({ queryKey: ["operator"] }),
  });
}
