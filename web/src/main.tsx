import "./design/tokens.css";
import "./design/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { Crash } from "./app/Crash.tsx";
import { show, theme } from "./app/theme.ts";
import { queries } from "./todos/replica.ts";

show(theme());
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Crash>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </Crash>
  </StrictMode>,
);

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  addEventListener("load", () => void navigator.serviceWorker.register("/app/sw.js", { scope: "/" }).catch(() => undefined));
}
