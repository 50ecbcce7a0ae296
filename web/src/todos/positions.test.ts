import { expect, it } from "vitest";
import { between, first, last } from "./positions.ts";

const VALID = /^[0-9a-z]{0,99}[1-9a-z]$/;

it("finds a place between any two", () => {
  const pairs = [["", ""], ["", "1"], ["", "0001"], ["i", ""], ["zz", ""], ["a", "b"], ["a", "a1"], ["a", "a0i"], ["az", "b"], ["1", "2"]];
  for (const [before, after] of pairs as [string, string][]) {
    const place = between(before, after);
    expect(place).toMatch(VALID);
    expect(place > before, `${before} < ${place}`).toBe(true);
    expect(!after || place < after, `${place} < ${after}`).toBe(true);
  }
});

it("finds a place again and again at the same spot", () => {
  let low = "a";
  const high = "b";
  for (let turn = 0; turn < 90; turn++) {
    const place = between(low, high);
    expect(place > low && place < high && VALID.test(place)).toBe(true);
    low = place;
  }
});

it("puts a new to-do first, and a new step last, as the service does", () => {
  const [older, newer] = ["019a0000-0000-7000-8000-000000000000", "019a0000-0001-7000-8000-000000000000"] as const;
  expect(first(newer) < first(older)).toBe(true);
  expect(last(newer) > last(older)).toBe(true);
});
