import { expect, test } from "vitest";
import { placed, room } from "./useReorder.ts";

const todos = ["a", "b", "c", "d"].map((id) => ({ id }));
const rows = [{ start: 0, size: 40 }, { start: 40, size: 40 }, { start: 80, size: 100 }, { start: 180, size: 40 }];
const to = (id: string, wanted: number) => placed(id, wanted, todos, rows)?.to;

test("a row passes a neighbour once it covers half of it, tall or not", () => {
  expect(to("a", 19)).toBe(0);
  expect(to("a", 21)).toBe(1);
  expect(to("a", 89)).toBe(1);
  expect(to("a", 91)).toBe(2);
  expect(to("d", 131)).toBe(3);
  expect(to("d", 129)).toBe(2);
  expect(to("d", 0)).toBe(0);
});

test("it stays within the list, and what is gone is not dragged", () => {
  expect(placed("a", 5_000, todos, rows)).toMatchObject({ to: 3, top: 180 });
  expect(placed("d", -50, todos, rows)).toMatchObject({ to: 0, top: 0 });
  expect(placed("x", 0, todos, rows)).toBeUndefined();
});

test("those between make room, the others stay", () => {
  const down = placed("a", 91, todos, rows);
  expect([0, 1, 2, 3].map((place) => room(down, place))).toEqual([0, -40, -40, 0]);
  const up = placed("d", 0, todos, rows);
  expect([0, 1, 2, 3].map((place) => room(up, place))).toEqual([40, 40, 40, 0]);
  expect(room(undefined, 1)).toBe(0);
});
