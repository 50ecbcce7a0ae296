import { useEffect, useMemo, useState } from "react";
import { Logo } from "../components/Logo.tsx";
import { isSignedIn } from "./ask.ts";
import { type Answer, type Call, type Contract, Reader } from "./contract.ts";
import { Members } from "./Members.tsx";
import { Text } from "./Text.tsx";
import { TryIt } from "./TryIt.tsx";

/** The contract to read and to try: what the service says of itself at `/openapi.json`. */
export function Docs() {
  const [reader, setReader] = useState<Reader>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const load = async () => {
      const answer = await fetch("/openapi.json");
      if (!answer.ok) throw new Error(String(answer.status));
      setReader(new Reader((await answer.json()) as Contract));
    };
    load().catch(() => setFailed(true));
  }, []);
  if (reader) return <Whole reader={reader} />;
  return <main className="docs-main">{failed ? <p role="alert">/openapi.json could not be loaded.</p> : <p>Loading …</p>}</main>;
}

function Whole({ reader }: { reader: Reader }) {
  const [words, setWords] = useState("");
  const [token, setToken] = useState("");
  const calls = useMemo(() => reader.calls(), [reader]);
  const wanted = words.trim().toLowerCase();
  const found = calls.filter((call) => `${call.method} ${call.path} ${call.summary} ${call.operationId}`.toLowerCase().includes(wanted));
  const groups = (reader.contract.tags ?? []).map((tag) => ({ ...tag, calls: found.filter(({ tags }) => tags?.[0] === tag.name) }));
  const { info } = reader.contract;
  useEffect(() => {
    const { hash } = location;
    if (hash) document.querySelector(`[id="${CSS.escape(hash.slice(1))}"]`)?.scrollIntoView();
  }, []);

  return (
    <div className="docs">
      <nav className="docs-side" aria-label="Operations">
        <a className="brand" href="/">
          <Logo /> recado
        </a>
        <input className="input" type="search" aria-label="Find an operation" placeholder="Find an operation" value={words} onChange={(event) => setWords(event.target.value)} />
        {groups.filter(({ calls }) => calls.length).map(({ name, calls }) => (
          <section key={name}>
            <h2>{name}</h2>
            <ul>
              {calls.map((call) => (
                <li key={call.operationId}>
                  <a href={`#${call.operationId}`}>{call.summary}</a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
      <main className="docs-main">
        <h1>The API of {info.title}</h1>
        <p className="note">
          {info.summary} Version {info.version}; the contract itself is at <a href="/openapi.json">/openapi.json</a>.
        </p>
        <label className="field token">
          <span>Access token for “Try it”</span>
          <input className="input" value={token} autoComplete="off" spellCheck={false} onChange={(event) => setToken(event.target.value.trim())} />
          <small>{isSignedIn() ? "Without one you ask as who is signed in in this browser." : "From POST /login. Nobody is signed in in this browser."}</small>
        </label>
        {info.description && <details className="about"><summary>Requests, answers, tokens</summary><Text text={info.description} /></details>}
        {groups.filter(({ calls }) => calls.length).map(({ name, description, calls }) => (
          <section key={name} aria-label={name}>
            <h2>{name}</h2>
            {description && <p className="note">{description}</p>}
            {calls.map((call) => (
              <Operation key={call.operationId} reader={reader} call={call} token={token} />
            ))}
          </section>
        ))}
      </main>
    </div>
  );
}

function Operation({ reader, call, token }: { reader: Reader; call: Call; token: string }) {
  const [open, setOpen] = useState(location.hash === `#${call.operationId}`);
  useEffect(() => {
    const look = () => location.hash === `#${call.operationId}` && setOpen(true);
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, [call.operationId]);
  return (
    <details className="operation" id={call.operationId} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="method" data-method={call.method}>{call.method}</span>
        <code>{call.path}</code>
        <span className="summary">{call.summary}</span>
      </summary>
      {open && <Inside reader={reader} call={call} token={token} />}
    </details>
  );
}

function Inside({ reader, call, token }: { reader: Reader; call: Call; token: string }) {
  return (
    <div className="operation-inside">
      {call.description && <Text text={call.description} />}
      <p className="note">{call.open ? "Nobody has to be signed in." : "Needs an access token, or the cookies of a signed-in browser."}</p>
      {call.all.length > 0 && (
        <>
          <h3>Parameters</h3>
          <ul className="members">
            {call.all.map((one) => (
              <li key={one.in + one.name}>
                <code>{one.name}</code> <span className="type">{one.in}, {one.schema ? reader.type(one.schema) : "string"}</span>
                {one.required && <span className="must">required</span>}
                {one.description && <Text text={one.description} />}
              </li>
            ))}
          </ul>
        </>
      )}
      {Object.entries(call.requestBody?.content ?? {}).map(([kind, media]) => (
        <div key={kind}>
          <h3>Body, {kind}</h3>
          {media.schema && <Members reader={reader} schema={media.schema} />}
        </div>
      ))}
      <h3>Answers</h3>
      <ul className="answers">
        {Object.entries(call.responses).map(([status, answer]) => (
          <OneAnswer key={status} reader={reader} status={status} answer={reader.follow(answer)} />
        ))}
      </ul>
      <h3>Try it</h3>
      <TryIt reader={reader} call={call} token={token} />
    </div>
  );
}

function OneAnswer({ reader, status, answer }: { reader: Reader; status: string; answer: Answer }) {
  const told = <><code>{status}</code> {answer.description?.trim()}</>;
  const schema = status < "300" ? Object.values(answer.content ?? {})[0]?.schema : undefined;
  if (!schema || !reader.inside(schema)) return <li>{told}</li>;
  return (
    <li>
      <details>
        <summary>{told}</summary>
        <Members reader={reader} schema={schema} />
      </details>
    </li>
  );
}
