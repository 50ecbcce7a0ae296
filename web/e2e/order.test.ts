/** A list gets another order: by mouse, by finger, by the panel's buttons; each move is one change, and what fails goes back. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Browser, Page, Request } from "playwright-core";
import { launch, pause, profile, row, signIn, until } from "./browser.ts";
import { type Person, Service } from "./service.ts";

let service: Service;
let browser: Browser;
before(async () => {
  service = await Service.start();
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
});

interface Begun {
  page: Page;
  person: Person;
  /** What was sent to change to-dos. */
  changes: Request[];
}

async function begin(titles: string[], options: Parameters<typeof profile>[1] = {}): Promise<Begun> {
  const person = await service.person();
  for (const title of [...titles].reverse()) await service.todo(person, { title });
  const page = await (await profile(browser, options)).newPage();
  await signIn(page, service, person);
  const { items } = await service.call<{ items: { id: string; personal: boolean }[] }>("GET", "/list", person.token);
  await page.goto(`${service.url}/app/list/${items.find(({ personal }) => personal)!.id}`);
  await row(page, titles[0]!).waitFor();
  const changes: Request[] = [];
  page.on("request", (request) => {
    if (request.method() === "PATCH") changes.push(request);
  });
  return { page, person, changes };
}

/** The titles from top to bottom, as they stand on the screen. */
const seen = (page: Page): Promise<string[]> =>
  page.locator(".todos > li").evaluateAll((rows) =>
    rows
      .map((row) => ({ title: row.querySelector(".row-title")!.textContent!, top: row.getBoundingClientRect().top }))
      .sort((a, b) => a.top - b.top)
      .map(({ title }) => title),
  );

async function shows(page: Page, expected: string[]): Promise<void> {
  await until(async () => isDeepStrictEqual(await seen(page), expected)).catch(() => undefined);
  assert.deepEqual(await seen(page), expected);
}

const stored = async (person: Person): Promise<string[]> => (await service.todos(person)).map(({ title }) => title);

/** The middle of something on the screen. */
async function middle(page: Page, title: string, part = ".grip"): Promise<{ x: number; y: number }> {
  const box = (await row(page, title).locator(part).boundingBox())!;
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

async function drag(page: Page, title: string, to: { y: number }): Promise<void> {
  await row(page, title).hover();
  const from = await middle(page, title);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(from.x, to.y, { steps: 4 });
}

test("a row that is dragged makes the others give way, stays where it is let go, and is one change of its position", async () => {
  const { page, person, changes } = await begin(["one", "two", "three", "four"]);
  await page.route("**/todo/*", async (route) => {
    if (route.request().method() === "PATCH") await pause(1_000);
    await route.continue();
  });
  await drag(page, "one", await middle(page, "three"));
  await shows(page, ["two", "three", "one", "four"]); // while it is held
  assert.equal(changes.length, 0);
  await page.mouse.up();
  await shows(page, ["two", "three", "one", "four"]);
  assert.deepEqual(await stored(person), ["one", "two", "three", "four"]); // painted before the service knows
  await until(async () => isDeepStrictEqual(await stored(person), ["two", "three", "one", "four"]));
  assert.deepEqual(changes.map((one) => Object.keys(one.postDataJSON() as object)), [["position"]]);
  await page.reload();
  await row(page, "one").waitFor();
  await shows(page, ["two", "three", "one", "four"]);
  assert.equal(new URL(page.url()).searchParams.get("todo"), null); // a drag opens nothing
  await page.context().close();
});

test("what the service refuses goes back to its place, and says so; undo takes a move back; Escape lets go of it", async () => {
  const { page, person, changes } = await begin(["one", "two", "three"]);
  await page.route("**/todo/*", async (route) => {
    await pause(300);
    await route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ type: "x#conflict", detail: "Not now." }) });
  });
  await drag(page, "three", await middle(page, "one"));
  await page.mouse.up();
  await shows(page, ["three", "one", "two"]);
  await page.locator(".toast", { hasText: "Not now." }).waitFor();
  await shows(page, ["one", "two", "three"]);
  await page.unroute("**/todo/*");

  await drag(page, "three", await middle(page, "one"));
  await page.keyboard.press("Escape");
  await shows(page, ["one", "two", "three"]);
  await page.mouse.up();
  await shows(page, ["one", "two", "three"]);
  assert.equal(changes.length, 1);

  await drag(page, "three", await middle(page, "one"));
  await page.mouse.up();
  await shows(page, ["three", "one", "two"]);
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await shows(page, ["one", "two", "three"]);
  await until(async () => isDeepStrictEqual(await stored(person), ["one", "two", "three"]));
  await page.context().close();
});

test("a finger moves a row by its grip, and the page does not scroll away under it", async () => {
  const { page, person } = await begin(["one", "two", "three"], { hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } });
  const touch = await page.context().newCDPSession(page);
  const { x, y } = await middle(page, "three");
  const end = (await middle(page, "one")).y;
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x, y }] });
  for (let step = 1; step <= 8; step++) {
    await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x, y: y + ((end - y) * step) / 8 }] });
  }
  await shows(page, ["three", "one", "two"]);
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await shows(page, ["three", "one", "two"]);
  await until(async () => isDeepStrictEqual(await stored(person), ["three", "one", "two"]));
  await page.context().close();
});

test("held at the edge, the list scrolls on, and a row gets far beyond what was on the screen", async () => {
  const titles = Array.from({ length: 60 }, (_, place) => `number ${String(place).padStart(2, "0")}`);
  const { page, person } = await begin(titles, { viewport: { width: 1000, height: 500 } });
  const bottom = await page.locator("#main").evaluate((main) => main.getBoundingClientRect().bottom);
  await drag(page, "number 00", { y: bottom - 10 });
  await page.waitForFunction(() => {
    const main = document.getElementById("main")!;
    return main.scrollTop + main.clientHeight > main.scrollHeight - 5;
  });
  await pause(100);
  await page.mouse.up();
  await until(async () => (await stored(person)).at(-1) === "number 00");
  await page.context().close();
});

test("a single click moves it too: the panel has buttons for up and down", async () => {
  const { page, person } = await begin(["one", "two", "three"]);
  await row(page, "one").locator(".row-open").click();
  const down = page.getByRole("button", { name: "Move down" });
  await down.click();
  await down.click();
  await shows(page, ["two", "three", "one"]);
  assert.equal(await down.isDisabled(), true);
  await page.getByRole("button", { name: "Move up" }).click();
  await until(async () => isDeepStrictEqual(await stored(person), ["two", "one", "three"]));
  await page.context().close();
});
