/** The page at `/docs`: reads `/openapi.json` and shows it. A page of its own, so that the to-dos never wait for it. */
import "../design/tokens.css";
import "../design/base.css";
import "./docs.css";
import { createRoot } from "react-dom/client";
import { show, theme } from "../app/theme.ts";
import { Docs } from "./Docs.tsx";

show(theme());
createRoot(document.getElementById("root")!).render(<Docs />);
