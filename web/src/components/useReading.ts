import { useEffect, useState } from "react";
import { http } from "../api/http.ts";
import type { components } from "../api/schema";

export interface Reading {
  line: string;
  parsed: components["schemas"]["Parsed"];
}

/** How long after the last key the line is read, in milliseconds. */
const PAUSE = 120;

/** What the service makes of a line; of the one before it until the answer is there. */
export function useReading(line: string): Reading | undefined {
  const [reading, setReading] = useState<Reading>();
  useEffect(() => {
    if (!line.trim()) {
      setReading(undefined);
      return undefined;
    }
    const stop = new AbortController();
    const read = async () => {
      try {
        const answer = await http.post<Reading["parsed"]>("/todo/parse", { quick: line }, { signal: stop.signal });
        setReading({ line, parsed: answer.data });
      } catch {
        if (!stop.signal.aborted) setReading(undefined);
      }
    };
    const timer = setTimeout(() => void read(), PAUSE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [line]);
  return reading;
}
