import { texts } from "../i18n/index.ts";
import { toast } from "./toasts.ts";

/** Copy what stands in a field, and say so. */
export async function copyFrom(field: HTMLInputElement | HTMLTextAreaElement | null, text: string): Promise<void> {
  field?.select();
  // A page that is no secure context has no clipboard: the text is selected, and copied the old way.
  if (navigator.clipboard) await navigator.clipboard.writeText(text).catch(() => document.execCommand("copy"));
  else document.execCommand("copy");
  toast({ text: texts().app.copied });
}
