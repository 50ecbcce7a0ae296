import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { transformWithOxc } from "vite";

/** Writes `sw.js`: the worker of `src/offline/worker.ts`, with the list of files it keeps and a name made of them. */
export function serviceWorker(): Plugin {
  return {
    name: "recado-service-worker",
    apply: "build",
    enforce: "post",
    async generateBundle(_options, bundle) {
      const source = readFileSync(new URL("../src/offline/worker.ts", import.meta.url), "utf-8");
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith("assets/"))
        .sort();
      const page = bundle["index.html"];
      const hash = createHash("sha256").update(files.join("\n"));
      hash.update(page?.type === "asset" ? page.source : "");
      const { code } = await transformWithOxc(source, "worker.ts");
      this.emitFile({
        type: "asset",
        fileName: "sw.js",
        source: code
          .replace("__FILES__", JSON.stringify(files.map((name) => `/app/${name}`)))
          .replace("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 16))),
      });
    },
  };
}
