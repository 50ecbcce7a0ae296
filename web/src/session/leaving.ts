/** Sign out. */
import { http, plain, session } from "../api/http.ts";
import { outbox } from "../todos/replica.ts";

/** Sign out, after what waits has had a moment to be sent. Rejects when the server does not answer: then one is still in. */
export async function signOut(): Promise<void> {
  const until = Date.now() + 2_000;
  while (outbox.entries.length && session.standing.answering && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  try {
    await plain.post("/logout");
  } catch (error) {
    const status = (error as { response?: { status: number } }).response?.status;
    if (status !== 401) {
      void http.get("/healthz").catch(() => undefined); // shows that the server does not answer
      throw error;
    }
  }
  session.left();
}
