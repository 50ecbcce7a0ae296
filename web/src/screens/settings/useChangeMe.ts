import { useMutation, useQueryClient } from "@tanstack/react-query";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";
import type { Account } from "../../todos/todo.ts";

type Change = components["schemas"]["AccountChange"];
const KEY = ["me"];

/** Change settings of the account: shown at once, and taken back, with the reason, when the service refuses. */
export function useChangeMe(): (change: Change) => void {
  const t = useTexts();
  const queries = useQueryClient();
  const { mutate } = useMutation({
    mutationFn: async (change: Change) => (await http.patch<Account>("/me", change)).data,
    onMutate: async (change) => {
      await queries.cancelQueries({ queryKey: KEY });
      const before = queries.getQueryData<Account>(KEY);
      queries.setQueryData<Account>(KEY, (me) => me && ({ ...me, ...change, notify: { ...me.notify, ...change.notify } } as Account));
      return before;
    },
    onError: (error, _change, before) => {
      queries.setQueryData(KEY, before);
      toast({ text: t.settings.unsaved, detail: sentence(error), bad: true });
    },
    onSuccess: (me) => queries.setQueryData(KEY, me),
  });
  return mutate;
}
