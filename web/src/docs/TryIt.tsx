import { useMemo, useRef, useState } from "react";
import { ask, curl, isSignedIn, type Question } from "./ask.ts";
import type { Call, Reader } from "./contract.ts";

const MOST_SHOWN = 50_000;

/** Fill in, see the line for a shell, send, and read the answer as it comes. */
export function TryIt({ reader, call, token }: { reader: Reader; call: Call; token: string }) {
  const kinds = Object.keys(call.requestBody?.content ?? {});
  const [kind, setKind] = useState(kinds[0] ?? "");
  const [body, setBody] = useState(() => (kind ? reader.example(call.requestBody!.content[kind]!) : ""));
  const [values, setValues] = useState<Record<string, string>>({});
  const [answer, setAnswer] = useState("");
  const [status, setStatus] = useState("");
  const running = useRef<AbortController>(undefined);
  const bearer = !call.open && (token !== "" || !isSignedIn());
  const question = useMemo(() => build(call, values, kind, body, call.open ? "" : token), [call, values, kind, body, token]);
  const line = curl(question, bearer || !call.open);

  const send = async () => {
    running.current?.abort();
    const controller = (running.current = new AbortController());
    setAnswer("");
    setStatus("…");
    try {
      const response = await ask(question, controller.signal);
      setStatus(`${response.status} ${response.statusText}`);
      let text = "";
      for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text = (text + part).slice(0, MOST_SHOWN);
        setAnswer(text);
      }
      setAnswer(pretty(text));
      setStatus(`${response.status} ${response.statusText} · ${response.headers.get("content-type") ?? "no body"}`);
    } catch (error) {
      if (!controller.signal.aborted) setStatus(`No answer: ${String(error)}`);
      else if (running.current === controller) setStatus("Stopped.");
    } finally {
      if (running.current === controller) running.current = undefined;
    }
  };

  return (
    <form
      className="try"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {call.all.map(({ name, required, schema, ...one }) => (
        <label key={`${one.in} ${name}`} className="field">
          <span>
            {name} <span className="type">{one.in}</span>
          </span>
          <input
            className="input"
            required={required}
            value={values[`${one.in} ${name}`] ?? ""}
            placeholder={schema ? reader.type(schema) : ""}
            onChange={(event) => setValues({ ...values, [`${one.in} ${name}`]: event.target.value })}
          />
        </label>
      ))}
      {kinds.length > 1 && (
        <label className="field">
          <span>Content-Type</span>
          <select
            className="input"
            value={kind}
            onChange={(event) => {
              setKind(event.target.value);
              setBody(reader.example(call.requestBody!.content[event.target.value]!));
            }}
          >
            {kinds.map((kind) => (
              <option key={kind}>{kind}</option>
            ))}
          </select>
        </label>
      )}
      {kind && (
        <label className="field">
          <span>Body</span>
          <textarea className="input" rows={Math.min(body.split("\n").length + 1, 14)} spellCheck={false} value={body} onChange={(event) => setBody(event.target.value)} />
        </label>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <pre className="curl" tabIndex={0} aria-label="curl">{line}</pre>
      <div className="try-does">
        <button className="button main">Send</button>
        <button type="button" className="button" onClick={() => running.current?.abort()}>
          Stop
        </button>
        <span role="status">{status}</span>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      {answer && <pre className="answer" tabIndex={0} aria-label="Answer">{answer}</pre>}
    </form>
  );
}

function build(call: Call, values: Record<string, string>, kind: string, body: string, token: string): Question {
  const given = (place: string) => call.all.filter((one) => one.in === place).map(({ name }) => [name, values[`${place} ${name}`] ?? ""] as const);
  let address = call.path;
  for (const [name, value] of given("path")) address = address.replace(`{${name}}`, value ? encodeURIComponent(value) : `{${name}}`);
  const query = new URLSearchParams(given("query").filter(([, value]) => value).map(([name, value]) => [name, value]));
  const headers: Record<string, string> = Object.fromEntries(given("header").filter(([, value]) => value));
  if (kind && body) headers["Content-Type"] = kind;
  if (token) headers.Authorization = `Bearer ${token}`;
  return { method: call.method, address: query.size ? `${address}?${query}` : address, headers, ...(kind && body ? { body } : {}) };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
