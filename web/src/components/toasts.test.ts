import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { currentToast, toast } from "./toasts.ts";

afterEach(() => void vi.useRealTimers());

test("a notice, and the undo in it, stays for ten seconds; the next one takes its place and its time", () => {
  vi.useFakeTimers();
  toast({ text: "Done.", action: { text: "Undo", run: () => undefined } });
  vi.advanceTimersByTime(9_900);
  expect(currentToast()?.text).toBe("Done.");
  toast({ text: "Moved." });
  vi.advanceTimersByTime(9_900);
  expect(currentToast()?.text).toBe("Moved.");
  vi.advanceTimersByTime(200);
  expect(currentToast()).toBeUndefined();
});

test("nothing asks before it acts: the one question of the page is the one before an account is erased", () => {
  const src = join(import.meta.dirname, "..");
  const files = readdirSync(src, { recursive: true, encoding: "utf-8" }).filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name));
  const asking = files.filter((name) => /\b(?:confirm|alert|prompt)\(["'`t]/.test(readFileSync(join(src, name), "utf-8")));
  expect(asking).toEqual([]);
  const dialogs = files.filter((name) => /<Dialog[\s>]/.test(readFileSync(join(src, name), "utf-8"))).sort();
  // Prove.tsx asks who one is, not whether one means it; RecoveryCodes.tsx shows what is shown once.
  const forms = ["app/Prove.tsx", "components/DateMenu.tsx", "screens/commands/Commands.tsx", "screens/keys/Keys.tsx", "screens/operator/NewPassword.tsx"];
  expect(dialogs).toEqual([...forms, "screens/settings/Data.tsx", "screens/settings/RecoveryCodes.tsx"]);
});
