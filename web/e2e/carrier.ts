/** What stands in for Vonage: takes texts as its Messages API does, and refuses those it is told to. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export class Carrier {
  readonly texts: { to: string; text: string }[] = [];
  /** Texts like this are refused for good. */
  refuse: RegExp | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, answer) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const { to, text } = JSON.parse(body) as { to: string; text: string };
        const refused = this.refuse?.test(text) ?? false;
        if (!refused) this.texts.push({ to, text });
        const told = refused
          ? { title: "Invalid params", detail: "The number cannot be reached.", type: "about:blank", instance: "1" }
          : { message_uuid: crypto.randomUUID() };
        answer.writeHead(refused ? 422 : 202, { "Content-Type": refused ? "application/problem+json" : "application/json" });
        answer.end(JSON.stringify(told));
      });
    });
  }

  static async open(): Promise<Carrier> {
    const carrier = new Carrier();
    await new Promise<void>((resolve) => carrier.#server.listen(0, "127.0.0.1", resolve));
    return carrier;
  }

  get settings(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { NEXMO_API_KEY: "key", NEXMO_API_SECRET: "secret", VONAGE_FROM: "447700900000", VONAGE_URL: `http://127.0.0.1:${port}` };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
