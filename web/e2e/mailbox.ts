/** What stands in for a mail server and for an ntfy server: takes everything, and shows what came. */
import { createServer as http, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";

export class Mailbox {
  readonly mails: { to: string; text: string }[] = [];
  readonly pushes: { topic: string; text: string }[] = [];
  readonly #mail: Server;
  readonly #push: HttpServer;

  private constructor() {
    this.#mail = createServer((socket) => {
      let rest = "";
      let to = "";
      let body: string[] | undefined;
      const say = (line: string) => socket.write(`${line}\r\n`);
      const hear = (line: string) => {
        if (body) {
          if (line !== ".") return void body.push(line);
          this.mails.push({ to, text: body.join("\n") });
          body = undefined;
          return say("250 taken");
        }
        const word = line.slice(0, 4).toUpperCase();
        if (word === "RCPT") to = /<(.*)>/.exec(line)?.[1] ?? "";
        if (word === "DATA") body = [];
        if (word === "QUIT") return void socket.end("221 bye\r\n");
        say(word === "DATA" ? "354 go on" : "250 yes");
      };
      socket.on("error", () => undefined);
      socket.on("data", (part) => {
        const lines = (rest + part.toString()).split("\r\n");
        rest = lines.pop()!;
        lines.forEach(hear);
      });
      say("220 here");
    });
    this.#push = http((request, answer) => {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        this.pushes.push({ topic: request.url!.slice(1), text });
        answer.writeHead(200, { "Content-Type": "application/json" }).end('{"id":"x","event":"message"}');
      });
    });
  }

  static async open(): Promise<Mailbox> {
    const box = new Mailbox();
    for (const server of [box.#mail, box.#push]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return box;
  }

  get settings(): Record<string, string> {
    const port = (server: Server | HttpServer) => (server.address() as AddressInfo).port;
    return {
      SMTP_URL: `smtp://127.0.0.1:${port(this.#mail)}`,
      RECADO_MAIL_FROM: "recado@example.org",
      NTFY_URL: `http://127.0.0.1:${port(this.#push)}`,
    };
  }

  close(): void {
    this.#push.closeAllConnections();
    this.#push.close();
    this.#mail.close();
  }
}
