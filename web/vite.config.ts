import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { serviceWorker } from "./vite/service-worker.ts";

// `npm run dev` shows the page with live reload on its own port and hands everything else to a running service.
const SERVICE = process.env.RECADO_DEV ?? "http://127.0.0.1:8080";
const ROUTES = ["/login", "/logout", "/token", "/session", "/user", "/me", "/password", "/todo", "/label", "/list"];
const MORE = ["/invite", "/import", "/export", "/feed", "/message", "/access-token", "/healthz", "/readyz", "/openapi.json"];

export default defineConfig({
  base: "/app/",
  plugins: [react(), serviceWorker()],
  build: {
    outDir: "../src/recado/web/static",
    emptyOutDir: true,
    target: ["chrome123", "firefox125", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    license: { fileName: "licences.md" },
    rolldownOptions: { input: ["index.html", "docs.html"] },
  },
  worker: { format: "es" },
  server: { proxy: Object.fromEntries([...ROUTES, ...MORE].map((path) => [path, SERVICE])) },
});
