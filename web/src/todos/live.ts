/** Live changes: through the shared worker where there is one (it also is on plain http), else a stream of this tab's own. */
import { Stream, type Told } from "./stream.ts";

export interface Live {
  open(session: string): void;
  /** This tab listens no more; others may. */
  leave(): void;
  /** Nobody shall listen: the session is over. */
  close(): void;
}

export function live(hear: (told: Told) => void): Live {
  return "SharedWorker" in globalThis ? shared(hear) : own(hear);
}

function shared(hear: (told: Told) => void): Live {
  const worker = new SharedWorker(new URL("./stream.worker.ts", import.meta.url), { type: "module", name: "recado" });
  worker.port.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
  worker.port.start();
  const post = (message: object) => worker.port.postMessage(message);
  return {
    open: (session) => post({ open: session }),
    leave: () => post({ bye: true }),
    close: () => post({ close: true }),
  };
}

function own(hear: (told: Told) => void): Live {
  const stream = new Stream(hear);
  return {
    open: (session) => {
      if (stream.open(session)) hear({ kind: "ready" });
    },
    leave: () => stream.close(),
    close: () => stream.close(),
  };
}
