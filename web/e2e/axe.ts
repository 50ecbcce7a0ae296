/** axe in the browser: what it finds on a page. Add `AXE` to a context as an init script first. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf-8");

interface Axe {
  run(context: Document, options: object): Promise<{ violations: { id: string; nodes: { html: string; any: { message: string }[] }[] }[] }>;
}

/** What axe finds; a theme changes colours only, so the second one is looked at for those. */
export async function violations(page: Page, coloursOnly: boolean): Promise<string[]> {
  return page.evaluate(async (coloursOnly) => {
    const { axe } = window as unknown as { axe: Axe };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
    const runOnly = coloursOnly ? { type: "rule", values: ["color-contrast", "link-in-text-block"] } : { type: "tag", values: tags };
    const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.slice(0, 2).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ""}`));
  }, coloursOnly);
}
