/** One event stream (docs/live-changes.md), and how it tells those who listen. Runs in the shared worker, or in the tab. */

export type Told =
  | { kind: "todo" | "list"; data: unknown }
  | { kind: "ready" }
  | { kind: "reset" }
  | { kind: "refused" };

export class Stream {
  #source: EventSource | undefined;
  #session = "";
  #place = "";
  #ready = false;
  readonly #tell: (told: Told) => void;

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  /** Follow the changes that this session may see. True when that was already so and nothing is missing. */
  open(session: string): boolean {
    if (session === this.#session && this.#source && this.#source.readyState !== EventSource.CLOSED) return this.#ready;
    if (session !== this.#session) this.#place = "";
    this.close();
    this.#session = session;
    this.#source = new EventSource(`/todo/events${this.#place ? `?last_event_id=${this.#place}` : ""}`);
    this.#source.addEventListener("ready", (event) => {
      this.#place = event.lastEventId;
      this.#ready = true;
      this.#tell({ kind: "ready" });
    });
    this.#source.addEventListener("reset", () => this.#tell({ kind: "reset" }));
    for (const kind of ["todo", "list"] as const) {
      this.#source.addEventListener(kind, (event) => {
        this.#place = event.lastEventId;
        this.#tell({ kind, data: JSON.parse(event.data as string) });
      });
    }
    this.#source.onerror = () => {
      this.#ready = false;
      // The browser tries again by itself when the line broke, but not when the service said no.
      if (this.#source?.readyState === EventSource.CLOSED) this.#tell({ kind: "refused" });
    };
    return false;
  }

  close(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#ready = false;
  }
}
