import { useQueryClient } from "@tanstack/react-query";
import { http } from "../../api/http.ts";
import { toast } from "../../components/toasts.ts";
import { useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";

/** Take an address away: nothing comes there any more. It can be given again at any time. */
export function useForget(route: "/me/email" | "/me/ntfy"): () => void {
  const t = useTexts();
  const queries = useQueryClient();
  const forget = async () => {
    try {
      await http.delete(route);
      await queries.refetchQueries({ queryKey: ["me"] });
      toast({ text: t.settings.forgotten });
    } catch (error) {
      toast({ text: t.settings.unsaved, detail: sentence(error), bad: true });
    }
  };
  return () => void forget();
}
