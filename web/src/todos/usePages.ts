import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { http } from "../api/http.ts";
import { collection } from "./replica.ts";
import type { Todo } from "./todo.ts";

interface Page {
  items: Todo[];
  next: string | null;
}

/** Load a part of the to-dos that is not kept here whole, page by page, into the collection. */
export function usePages(query: Record<string, string>, enabled = true) {
  const pages = useInfiniteQuery({
    queryKey: ["todos", query],
    enabled,
    staleTime: 0,
    initialPageParam: "",
    queryFn: async ({ pageParam, signal }) => {
      const params = { ...query, limit: 100, ...(pageParam ? { cursor: pageParam } : {}) };
      return (await http.get<Page>("/todo", { params, signal })).data;
    },
    getNextPageParam: (page) => page.next ?? undefined,
  });
  useEffect(() => {
    for (const page of pages.data?.pages ?? []) collection.take(page.items);
  }, [pages.data]);
  return pages;
}
