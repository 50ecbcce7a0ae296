import "fake-indexeddb/auto";
import axios, { AxiosError, type AxiosResponse, type InternalAxiosRequestConfig } from "axios";
import { beforeEach, expect, it, vi } from "vitest";
import type { Change, Entry } from "../todos/entries.ts";
import type { Todo } from "../todos/todo.ts";
import { Outbox } from "./outbox.ts";
import { shelf } from "./shelf.ts";

const todo = { id: "a", title: "a", version: 1, repeat: null, due: null } as Todo;
const create = (id: string): Change => ({ kind: "create", id, body: { id, title: id }, draft: { ...todo, id }, line: id });

class World {
  sent: InternalAxiosRequestConfig[] = [];
  pile: readonly Entry[] = [];
  refused: string[] = [];
  answer: (config: InternalAxiosRequestConfig) => number = () => 201;
  readonly http = axios.create({
    adapter: async (config) => {
      this.sent.push(config);
      const status = this.answer(config);
      const response = { config, status, statusText: "", data: todo, headers: {} } as AxiosResponse;
      if (!status) throw new AxiosError("Network Error", "ERR_NETWORK", config);
      if (status >= 400) throw new AxiosError("refused", "ERR", config, undefined, response);
      return response;
    },
  });
  readonly outbox = this.tab();

  tab(): Outbox {
    return new Outbox({
      http: this.http,
      shelf,
      locks: undefined,
      tell: () => {},
      stored: () => undefined,
      onPile: (entries) => (this.pile = entries),
      onDone: () => {},
      onRefused: (entry) => this.refused.push(entry.id),
    });
  }
}

let world: World;
beforeEach(async () => {
  for (const entry of await shelf.all()) await shelf.drop(entry.key);
  world = new World();
  await world.outbox.begin(1);
});

it("sends changes one after the other, and forgets them", async () => {
  for (const id of ["a", "b", "c"]) world.outbox.add(create(id));
  await vi.waitFor(() => expect(world.pile).toHaveLength(0));
  expect(world.sent.map((config) => JSON.parse(config.data as string).id)).toEqual(["a", "b", "c"]);
  expect(await shelf.all()).toEqual([]);
});

it("keeps what nobody answered, also for the next start, and sends it with the same key", async () => {
  world.answer = () => 0;
  world.outbox.add(create("a"));
  await vi.waitFor(() => expect(world.sent).toHaveLength(1));
  expect(world.pile).toHaveLength(1);
  world.outbox.end();
  const next = new World();
  await next.outbox.begin(1);
  await vi.waitFor(() => expect(next.pile).toHaveLength(0));
  expect(next.sent).toHaveLength(1);
  expect(next.sent[0]!.headers.get("Idempotency-Key")).toBe(world.sent[0]!.headers.get("Idempotency-Key"));
});

it("takes what is refused off the pile, and goes on", async () => {
  world.answer = (config) => (String(config.data).includes('"a"') ? 422 : 201);
  world.outbox.add(create("a"));
  world.outbox.add(create("b"));
  await vi.waitFor(() => expect(world.pile).toHaveLength(0));
  expect(world.refused).toEqual(["a"]);
  expect(world.sent).toHaveLength(2);
});

it("keeps everything when the session has ended, and shows it to nobody else", async () => {
  world.answer = () => 401;
  world.outbox.add(create("a"));
  await vi.waitFor(() => expect(world.sent).toHaveLength(1));
  expect(world.refused).toEqual([]);
  world.outbox.end();
  const other = new World();
  await other.outbox.begin(2);
  expect(other.pile).toEqual([]);
  expect(await shelf.all()).toHaveLength(1);
});

it("takes back what was not sent yet", async () => {
  world.answer = () => 0;
  world.outbox.add(create("a"));
  const second = world.outbox.add(create("b"));
  expect(world.outbox.takeBack(second)).toBe(true);
  expect(world.pile.map(({ id }) => id)).toEqual(["a"]);
});

it("ticks a repeating to-do once, even when the answer was lost", async () => {
  const before = { ...todo, version: 4, repeat: "FREQ=DAILY", due: "2026-11-24" } as Todo;
  const moved = { ...before, version: 5, due: "2026-11-25" };
  world.http.defaults.adapter = async (config) => {
    world.sent.push(config);
    if (world.sent.length === 1) throw new AxiosError("Network Error", "ERR_NETWORK", config);
    const data = { type: "x#stale", todo: moved };
    throw new AxiosError("stale", "ERR", config, undefined, { config, status: 412, statusText: "", data, headers: {} });
  };
  world.outbox.add({ kind: "change", id: "a", members: { done: true }, before });
  await vi.waitFor(() => expect(world.pile).toHaveLength(0), 3_000);
  expect(world.sent.map((config) => config.headers.get("If-Match"))).toEqual(['"4"', '"4"']);
  expect(world.refused).toEqual([]);
});
