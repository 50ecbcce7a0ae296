import { expect, test } from "vitest";
import { agoName, beforeName, dayName, dueName, priceName, timeName } from "./dates.ts";
import { en } from "./en.ts";
import { ptBR } from "./pt-BR.ts";

const TODAY = "2026-11-25"; // a Wednesday

test("days and times are told as each language does", () => {
  expect([0, 1, 2].map((day) => dayName("en", `2026-11-${25 + day}`, TODAY))).toEqual(["Today", "Tomorrow", "Friday"]);
  expect([0, 1, 2].map((day) => dayName("pt-BR", `2026-11-${25 + day}`, TODAY))).toEqual(["Hoje", "Amanhã", "Sexta-feira"]);
  expect(dayName("en", "2027-02-03", TODAY)).toBe("Feb 3, 2027");
  expect(dayName("pt-BR", "2027-02-03", TODAY)).toBe("3 de fev. de 2027");
  expect(timeName("en", "14:05")).toMatch(/^2:05\sPM$/);
  expect(dueName("pt-BR", "2026-11-26T09:00", TODAY)).toBe("Amanhã 9:00");
  expect(agoName("pt-BR", "2026-11-24T10:00:00Z", Date.parse("2026-11-25T11:00:00Z"))).toBe("ontem");
});

test("stretches of time and prices have the words and signs of the language, and lose no digit", () => {
  expect([beforeName("en", 1, "hour"), beforeName("en", 10, "minute")]).toEqual(["1 hour", "10 minutes"]);
  expect([beforeName("pt-BR", 1, "day"), beforeName("pt-BR", 2, "hour")]).toEqual(["1 dia", "2 horas"]);
  expect(priceName("en", "0.0333", "EUR")).toBe("€0.0333");
  expect(priceName("pt-BR", "0.0333", "EUR")).toMatch(/^€\s0,0333$/);
  expect(priceName("en", "1", "USD")).toBe("$1.00");
});

test("plurals follow the language: Portuguese counts nothing as one", () => {
  expect([0, 1, 2].map((count) => en.app.waiting(count))).toEqual(["0 changes wait", "1 change waits", "2 changes wait"]);
  expect(new Set([1, 2].map((count) => ptBR.app.waiting(count))).size).toBe(2);
});
