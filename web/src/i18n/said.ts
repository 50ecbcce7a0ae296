/**
 * What the service says of a failure, in the person's language. The service speaks English only; its sentences are known
 * here by heart, and one that is not is told by its type, or else as it came. Loaded only where it is needed.
 */
import { problemOf, problemType } from "../api/problem.ts";
import { locale, onSpeak } from "./index.ts";
import { translated } from "./sentences.ts";

type Known = typeof import("./said.pt-BR.ts");
let known: Known | undefined;

/** Load the sentences when the language needs them. */
function load(): void {
  if (locale() === "pt-BR" && !known) import("./said.pt-BR.ts").then((loaded) => (known = loaded), () => undefined);
}
load();
onSpeak(load);

/** One sentence of the service, such as a member's error or the reason why a text failed. */
export function said(sentence: string): string {
  return (locale() === "pt-BR" && known && translated(known.SENTENCES, sentence)) || sentence;
}

/** What the service says about a failure; "" when it said nothing. */
export function sentence(error: unknown): string {
  const problem = problemOf(error);
  if (!problem) return "";
  const [first] = problem.errors ?? [];
  const detail = first?.detail ?? problem.detail;
  const told = said(detail);
  return told === detail && locale() === "pt-BR" ? (known?.TYPES[problemType(error)] ?? detail) : told;
}
