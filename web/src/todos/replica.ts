/**
 * The page's own copy of a person's open to-dos: shown from disk at once, loaded from the service, kept right by the
 * event stream. Every screen reads `collection`; every change goes through `outbox`.
 */
import { QueryClient } from "@tanstack/react-query";
import { http, session } from "../api/http.ts";
import { Kept, type KeptAccount } from "../offline/kept.ts";
import { Outbox } from "../offline/outbox.ts";
import { shelf } from "../offline/shelf.ts";
import { toast } from "../components/toasts.ts";
import { Collection } from "./collection.ts";
import type { Entry } from "./entries.ts";
import { type Live, live } from "./live.ts";
import type { Told } from "./stream.ts";
import { type Account, isOpen, type List, type Todo } from "./todo.ts";
import { forgetUndo } from "./undo.ts";

interface Page {
  items: Todo[];
  next: string | null;
}

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: 1, networkMode: "always" } },
});
export const collection = new Collection();

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("recado-outbox") : undefined;
const kept = new Kept(collection);
const SLOWEST = 30_000;

/** Those who want to know that the service refused a change, or what became of one. */
export const hearers = {
  refused: new Set<(entry: Entry, error: unknown) => void>(),
  done: new Set<(entry: Entry, todo: Todo | undefined) => void>(),
};

const pileListeners = new Set<() => void>();

export function subscribePile(listener: () => void): () => void {
  pileListeners.add(listener);
  return () => pileListeners.delete(listener);
}

export const outbox = new Outbox({
  http,
  shelf,
  locks: globalThis.navigator?.locks,
  tell: () => channel?.postMessage("shelf"),
  stored: (id) => collection.stored(id),
  onPile: (entries) => {
    collection.pile(entries);
    for (const listener of pileListeners) listener();
  },
  onDone: (entry, todo) => {
    if (todo) collection.take([todo]);
    for (const hear of hearers.done) hear(entry, todo);
  },
  onRefused: (entry, error) => {
    for (const hear of hearers.refused) hear(entry, error);
  },
});

channel?.addEventListener("message", () => void outbox.reload().then(() => setTimeout(() => outbox.kick(), 1_500)));
addEventListener("online", () => outbox.kick());

let stream: Live | undefined;
let loading = 0;
let complete = false;
let tries = 0;
let touched = new Set<string>();
const listeners = new Set<() => void>();

/** Whether the copy is whole: an empty view is empty only then. */
export const isComplete = (): boolean => complete;

export function subscribeComplete(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function setComplete(value: boolean): void {
  complete = value;
  for (const listener of listeners) listener();
}

let signedIn = session.standing.session;
let turn: Promise<unknown> = Promise.resolve();
session.subscribe(() => {
  if (session.standing.session === signedIn) return;
  signedIn = session.standing.session;
  end();
});

/** Begin for whoever is signed in. */
export function begin(account: Account): void {
  const mine = signedIn;
  turn = turn.then(async () => {
    if (mine !== signedIn) return;
    await kept.begin(account.user_id);
    await outbox.begin(account.user_id);
    if (mine !== signedIn) return;
    stream ??= live(hear);
    stream.open(mine);
  });
}

/** Somebody else is signed in, or nobody: show nothing of before, and keep nothing but what was not sent. */
function end(): void {
  loading += 1;
  stream?.close();
  outbox.end();
  queries.clear();
  collection.clear();
  forgetUndo();
  toast(undefined);
  setComplete(false);
  turn = turn.then(() => kept.forget());
}

/** Who this session belongs to, as it was last known here, for a start without a network. */
export const lastAccount = (): Promise<KeptAccount | undefined> => turn.then(() => kept.account(signedIn));

/** Keep it for such a start. In its turn: what belongs to whoever was here before is forgotten first. */
export function keepAccount(account: Account, lists: List[]): void {
  const mine = signedIn;
  turn = turn.then(() => mine === signedIn && kept.keepAccount(mine, account, lists));
}

addEventListener("pagehide", () => stream?.leave());
addEventListener("pageshow", (event) => {
  if (event.persisted && session.standing.session) stream?.open(session.standing.session);
});

function hear(told: Told): void {
  if (!session.standing.session) return;
  switch (told.kind) {
    case "todo":
      return changedTodo(told.data as { id?: string; gone?: boolean; todo?: Todo });
    case "list":
      return changedList(told.data as { list_id?: string; gone?: boolean; list?: List });
    case "refused":
      return void reopen();
    default:
      tries = 0;
      outbox.kick();
      void load();
  }
}

/** A list that one has just joined is loaded; one that one is not in any more is forgotten. */
function changedList(data: { list_id?: string; gone?: boolean; list?: List }): void {
  const known = queries.getQueryData<List[]>(["lists"])?.some(({ id }) => id === data.list?.id);
  if (data.gone) collection.forget([...collection.all()].filter((todo) => todo.list_id === data.list_id).map(({ id }) => id));
  else if (!known) void load();
  void queries.invalidateQueries({ queryKey: ["lists"] });
}

function changedTodo(data: { id?: string; gone?: boolean; todo?: Todo }): void {
  if (data.todo) {
    touched.add(data.todo.id);
    collection.take([data.todo]);
  } else if (data.id) {
    touched.add(data.id);
    collection.forget([data.id]);
  }
  void queries.invalidateQueries({ queryKey: ["labels"] });
}

/** The stream said no: the token has run out, which any request mends, or the session is over, which it tells. */
async function reopen(): Promise<void> {
  const asked = session.standing.session;
  try {
    await http.get("/me");
  } catch {
    tries += 1;
  }
  const wait = Math.min(500 * 2 ** tries, SLOWEST);
  setTimeout(() => {
    if (session.standing.session === asked && asked) stream?.open(asked);
  }, wait);
}

/** Load every open to-do: first what is due, so that Today is right at once, then the rest. */
export async function load(): Promise<void> {
  const mine = ++loading;
  touched = new Set();
  const seen = new Set<string>();
  const take = (page: Page) => {
    if (mine !== loading) return;
    for (const todo of page.items) seen.add(todo.id);
    collection.take(page.items);
  };
  try {
    const due = ["overdue", "today", "upcoming"].map((due) => pages({ due }, take));
    await Promise.all([...due, pages({}, take)]);
  } catch {
    return; // the stream will be ready again, and then this is done anew
  }
  if (mine !== loading) return;
  collection.forget(missing(seen));
  setComplete(true);
}

async function pages(query: object, take: (page: Page) => void): Promise<void> {
  let cursor: string | null = null;
  do {
    const params: object = { ...query, limit: 200, ...(cursor ? { cursor } : {}) };
    const { data }: { data: Page } = await http.get<Page>("/todo", { params });
    take(data);
    cursor = data.next;
  } while (cursor);
}

/** What was open here and is not there: it was done or deleted while nobody listened. */
function missing(seen: Set<string>): string[] {
  const gone: string[] = [];
  for (const { id } of collection.all()) {
    const todo = collection.stored(id);
    if (todo && isOpen(todo) && !todo.parent_id && !seen.has(id) && !touched.has(id)) gone.push(id);
  }
  return gone;
}
