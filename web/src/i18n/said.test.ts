import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SENTENCES, TYPES } from "./said.pt-BR.ts";
import { translated } from "./sentences.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** What can come to this page. Other modules speak to the operator, or to programs. */
const MODULES = {
  accounts: ["accounts", "emails", "limits", "passwords", "phone_numbers", "phones", "preferences", "resets", "signup", "topics", "turns", "usernames"],
  todos: ["dates", "editing", "intake", "lists", "positions", "sharing", "todos"],
  http: ["access_tokens", "step_up"],
  messages: ["caps", "closed", "consent", "countries", "dispatch", "ntfy", "outbox", "policy", "receipts", "smtp", "stops", "vonage"],
};

/** The sentences in a Python file, `{}` for what is filled in; comments and docstrings apart. */
function sentences(file: string): string[] {
  const code = readFileSync(join(ROOT, "src/recado", file), "utf-8").replace(/"""[^]*?"""/g, "").replace(/ # .*$/gm, "");
  return [...code.matchAll(/f?"([A-Z{][^"\n]* [^"\n]*[.}])"/g)]
    .map(([, text]) => text!.replace(/\{[^}]*\}/g, "{}"))
    .filter((text) => /[a-z]/.test(text) && !/^(SELECT|UPDATE|DELETE|INSERT|Bearer)\b/.test(text));
}

test("every sentence that the service says to people here is known in Portuguese", () => {
  const files = Object.entries(MODULES).flatMap(([room, names]) => names.map((name) => `${room}/${name}.py`));
  const said = files.flatMap(sentences);
  expect(said.length).toBeGreaterThan(90);
  const unknown = said.filter((sentence) => !SENTENCES[sentence] && !translated(SENTENCES, sentence.replaceAll("{}", "12")));
  expect(unknown).toEqual([]);
});

test("each kind of problem is known, and no other", () => {
  const page = readFileSync(join(ROOT, "docs/problems.md"), "utf-8");
  const kinds = [...page.matchAll(/<a id="([a-z-]+)">/g)].map(([, name]) => name);
  expect(Object.keys(TYPES).sort()).toEqual(kinds.sort());
});

test("what differs from one time to the next is carried over; what is unknown stays unknown", () => {
  expect(translated(SENTENCES, "A title has 1 to 500 characters, spaces around it not counted.")).toContain("de 1 a 500 caracteres");
  expect(translated(SENTENCES, "Vonage refused it (422). The number (x) is *wrong*.")).toBe("A Vonage recusou (422). The number (x) is *wrong*.");
  expect(translated(SENTENCES, "Use at least 15 characters, or 10 that are very hard to guess.")).toContain("15 caracteres, ou 10");
  expect(translated(SENTENCES, "Nobody has ever said this.")).toBeUndefined();
});
