/** The one event stream of this browser, shared by its tabs: HTTP/1.1 has six connections to a host, and no more. */
import { Stream } from "./stream.ts";

const ports = new Set<MessagePort>();
const stream = new Stream((told) => {
  for (const port of ports) port.postMessage(told);
});

addEventListener("connect", (event) => {
  const port = (event as MessageEvent).ports[0]!;
  ports.add(port);
  port.onmessage = ({ data }: MessageEvent<{ open?: string; bye?: boolean; close?: boolean }>) => {
    if (data.open) {
      ports.add(port);
      if (stream.open(data.open)) port.postMessage({ kind: "ready" });
    }
    if (data.bye) ports.delete(port);
    if (data.close || !ports.size) stream.close();
  };
  port.start();
});
