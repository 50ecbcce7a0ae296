import { useSyncExternalStore } from "react";
import { session } from "../api/http.ts";
import type { Standing } from "./session.ts";

/** Who is signed in here, and whether the server answers. */
export function useSession(): Standing {
  return useSyncExternalStore(session.subscribe, () => session.standing);
}
