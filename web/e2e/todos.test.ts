/** What a person does with to-dos: painted at once, taken back, by keys, seen by others, and without a network. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Browser, Page } from "playwright-core";
import { counting, launch, pause, profile, row, signIn, until } from "./browser.ts";
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

async function begin(): Promise<{ page: Page; person: Person }> {
  const person = await service.person();
  const page = await (await profile(browser)).newPage();
  await signIn(page, service, person);
  return { page, person };
}

async function add(page: Page, line: string): Promise<void> {
  await page.keyboard.press("q");
  await page.locator("#quick-add").fill(line);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
}

const titles = (page: Page) => page.locator(".row-title").allTextContents();

/** Waits until just these titles are shown, in this order; else says which are. */
async function shows(page: Page, expected: string[]): Promise<void> {
  await until(async () => isDeepStrictEqual(await titles(page), expected)).catch(() => undefined);
  assert.deepEqual(await titles(page), expected);
}

test("the line is read while one types, and saved as the chips say", async () => {
  const { page, person } = await begin();
  await page.keyboard.press("q");
  await page.keyboard.type("pay rent tomorrow 9am !1 #home every month");
  const chips = page.locator(".chip");
  await chips.nth(3).waitFor();
  assert.deepEqual(await chips.allTextContents(), ["Tomorrow 9:00 AM", "Every month", "Priority 1", "home"]);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Upcoming" }).first().click();
  await row(page, "pay rent").waitFor();
  await row(page, "pay rent").locator(".waits").waitFor({ state: "detached" });
  const [todo] = await service.todos(person);
  assert.equal(todo?.title, "pay rent");
});

test("a to-do is there before the server has answered, and no chips are needed for its day", async () => {
  const { page, person } = await begin();
  await page.route("**/todo", async (route) => {
    await pause(1_500);
    await route.continue();
  });
  await add(page, "buy bread");
  await shows(page, ["buy bread"]);
  assert.deepEqual(await service.todos(person), []);
  await row(page, "buy bread").locator(".waits").waitFor({ state: "detached" });
  assert.equal((await service.todos(person, "due=today"))[0]?.title, "buy bread");
});

test("what is refused goes back into the field, and says why", async () => {
  const { page } = await begin();
  await page.route("**/todo", (route) =>
    route.fulfill({ status: 422, contentType: "application/problem+json", body: JSON.stringify({ type: "x#invalid-value", detail: "No such thing." }) }),
  );
  await add(page, "buy bread");
  await page.getByText("No such thing.").waitFor();
  assert.equal(await page.locator("#quick-add").inputValue(), "buy bread");
  assert.deepEqual(await titles(page), []);
});

test("a change that is refused is rolled back where one sees it", async () => {
  const { page, person } = await begin();
  await service.todo(person, { quick: "call the dentist today" });
  await row(page, "dentist").waitFor();
  await page.route("**/todo/*", async (route) => {
    await pause(300);
    await route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ type: "x#conflict", detail: "Not now." }) });
  });
  await row(page, "dentist").getByRole("checkbox").click();
  await row(page, "dentist").waitFor({ state: "detached" });
  await page.getByText("Not now.").waitFor();
  await row(page, "dentist").waitFor();
});

test("ticking, deleting and editing are undone by the toast and by Ctrl+Z", async () => {
  const { page, person } = await begin();
  await add(page, "call the dentist");
  await row(page, "dentist").getByRole("checkbox").click();
  await row(page, "dentist").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await row(page, "dentist").waitFor();

  await page.locator(".row-open").first().focus();
  await page.keyboard.press("Delete");
  await row(page, "dentist").waitFor({ state: "detached" });
  await page.locator("#main").focus();
  await page.keyboard.press("Control+z");
  await row(page, "dentist").waitFor();
  await pause(300);
  assert.equal((await service.todos(person)).length, 1);

  await row(page, "dentist").locator(".row-open").click();
  await page.getByLabel("Title", { exact: true }).fill("call the vet");
  await page.keyboard.press("Enter");
  await row(page, "call the vet").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+z");
  await row(page, "call the dentist").waitFor();

  await page.keyboard.press("q");
  await page.keyboard.type("a mistake");
  await page.keyboard.press("Enter");
  await row(page, "a mistake").waitFor();
  await page.keyboard.press("Control+z");
  await row(page, "a mistake").waitFor({ state: "detached" });
});

test("a tick on a repeating to-do is undone to the very day", async () => {
  const { page, person } = await begin();
  await service.todo(person, { quick: "water the plants today every 3 days" });
  await row(page, "plants").waitFor();
  const before = await service.todos(person);
  await row(page, "plants").getByRole("checkbox").click();
  await row(page, "plants").waitFor({ state: "detached" });
  for (let tries = 0; tries < 40 && (await service.todos(person, "due=today")).length; tries++) await pause(50);
  assert.deepEqual(await service.todos(person, "due=today"), []);
  await page.getByRole("button", { name: "Undo" }).click();
  await row(page, "plants").waitFor();
  await row(page, "plants").locator(".waits").waitFor({ state: "detached" });
  assert.equal((await service.todos(person, "due=today"))[0]?.id, before[0]?.id);
});

test("everything goes by keys", async () => {
  const { page, person } = await begin();
  await add(page, "one");
  await add(page, "two");
  await add(page, "three");
  await shows(page, ["three", "two", "one"]);
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("1");
  await shows(page, ["two", "three", "one"]);
  await page.keyboard.press("e");
  await row(page, "two").waitFor({ state: "detached" });
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.locator(".panel").waitFor();
  assert.equal(await page.getByLabel("Title", { exact: true }).inputValue(), "three");
  await page.keyboard.press("Escape");
  await page.locator(".panel").waitFor({ state: "detached" });
  await page.keyboard.press("t");
  await page.getByRole("button", { name: /Tomorrow/ }).click();
  await row(page, "three").waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.getByRole("searchbox").fill("thr");
  await row(page, "three").waitFor();
  await row(page, "three").getByRole("checkbox").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog", { name: "Commands" }).waitFor();
  await page.keyboard.type("upc");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Upcoming" }).waitFor();
  await row(page, "three").waitFor();
  await pause(200);
  assert.equal((await service.todos(person, "state=done")).length, 1);
});

test("single letters do nothing once they are switched off", async () => {
  const { page } = await begin();
  await page.keyboard.press("?");
  await page.getByLabel("Single-letter keys").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.keyboard.press("q");
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.notEqual(await page.evaluate(() => document.activeElement?.id), "quick-add");
});

test("a list is put in another order with Alt and the arrows, and keeps it", async () => {
  const { page, person } = await begin();
  for (const title of ["c", "b", "a"]) await service.todo(person, { title });
  await page.getByRole("link", { name: /Personal/ }).click();
  await page.locator(".row").nth(2).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  await shows(page, ["b", "c", "a"]);
  await page.keyboard.press("Alt+ArrowUp");
  await shows(page, ["b", "a", "c"]);
  await pause(500);
  assert.deepEqual((await service.todos(person)).map(({ title }) => title), ["b", "a", "c"]);
});

test("the panel changes everything about a to-do", async () => {
  const { page, person } = await begin();
  const { id } = await service.todo(person, { quick: "plan the party today" });
  await row(page, "party").locator(".row-open").click();
  await page.getByLabel("Notes").fill("balloons");
  await page.getByLabel("Priority").selectOption("2");
  await page.getByLabel("Repeat").selectOption("FREQ=YEARLY");
  await page.getByLabel("Labels").fill("home, Fun");
  await page.getByLabel("Add a step").fill("cake");
  await page.keyboard.press("Enter");
  await page.getByLabel("Add a step").fill("music");
  await page.keyboard.press("Enter");
  await page.getByRole("checkbox", { name: "Done: cake" }).click();
  await page.getByText("1 of 2").waitFor();
  for (let tries = 0; tries < 60; tries++) {
    const steps = await service.todos(person, `parent=${id}&state=done`);
    if (steps.length === 1) break;
    await pause(50);
  }
  const stored = await service.call<Record<string, unknown>>("GET", `/todo/${id}`, person.token);
  assert.deepEqual(
    [stored.notes, stored.priority, stored.repeat, stored.labels],
    ["balloons", 2, "FREQ=YEARLY", ["home", "fun"]],
  );
  await page.reload();
  await page.getByText("1 of 2").waitFor();
});

test("changes of others appear live, in eight tabs over one stream", async () => {
  const { page, person } = await begin();
  const pages = [page];
  while (pages.length < 8) {
    const next = await page.context().newPage();
    await next.goto(`${service.url}/app/today`);
    await next.locator("#quick-add").waitFor();
    pages.push(next);
  }
  await service.todo(person, { quick: "from elsewhere today" });
  await Promise.all(pages.map((one) => row(one, "from elsewhere").waitFor({ timeout: 5_000 })));
  // HTTP/1.1 has six connections: with a stream in each tab nothing could be asked any more.
  await add(pages[7]!, "still answering");
  await row(pages[0]!, "still answering").waitFor({ timeout: 5_000 });
});

test("a list one joins is there with its to-dos, and gone when one is taken out", async () => {
  const { page, person } = await begin();
  const owner = await service.person();
  const list = await service.call<{ id: string }>("POST", "/list", owner.token, { name: "Holidays" });
  await service.todo(owner, { quick: "book the boat today", list_id: list.id });
  const { code } = await service.call<{ code: string }>("POST", `/list/${list.id}/invite`, owner.token);
  await service.call("POST", `/invite/${code}`, person.token);
  await page.getByRole("link", { name: /Holidays/ }).waitFor();
  await row(page, "book the boat").waitFor();
  await service.call("DELETE", `/list/${list.id}/member/${person.user_id}`, owner.token);
  await row(page, "book the boat").waitFor({ state: "detached" });
  await page.getByRole("link", { name: /Holidays/ }).waitFor({ state: "detached" });
});

test("done ones and deleted ones are found again, and put back", async () => {
  const { page, person } = await begin();
  const one = await service.todo(person, { title: "old thing" });
  await service.call("DELETE", `/todo/${one.id}`, person.token);
  await page.getByRole("link", { name: "Trash" }).click();
  await row(page, "old thing").getByRole("button", { name: "Put back" }).click();
  await row(page, "old thing").waitFor({ state: "detached" });
  await page.getByRole("link", { name: /Personal/ }).click();
  await row(page, "old thing").getByRole("checkbox").click();
  await page.getByRole("link", { name: "Done" }).click();
  await row(page, "old thing").waitFor();
});

test("without a network the page opens, keeps adds and ticks, and sends each once on return", async () => {
  const own = await Service.start();
  try {
    const person = await own.person();
    await own.todo(person, { quick: "call the dentist today" });
    const context = await profile(browser);
    const page = await context.newPage();
    await signIn(page, own, person);
    await row(page, "dentist").waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await pause(1_500); // what is shown is written to disk a second later
    await own.pause();

    await add(page, "bought offline");
    await row(page, "dentist").getByRole("checkbox").click();
    await row(page, "bought offline").locator(".waits").waitFor();
    await page.locator(".status").waitFor();
    await row(page, "dentist").waitFor({ state: "detached" });
    await pause(500); // it is painted first, and then written to disk
    await page.reload();
    await row(page, "bought offline").locator(".waits").waitFor();
    await row(page, "dentist").waitFor({ state: "detached" });
    await add(page, "and one more");
    await row(page, "and one more").waitFor();
    const second = await context.newPage();
    await second.goto(`${own.url}/app/today`);
    await row(second, "and one more").waitFor();

    const created = counting(context, "/todo");
    await own.start();
    await row(page, "and one more").locator(".waits").waitFor({ state: "detached", timeout: 40_000 });
    await row(page, "bought offline").locator(".waits").waitFor({ state: "detached" });
    await pause(2_500); // the other tab had its chance to send them too
    const now = await own.again(person);
    assert.deepEqual((await own.todos(now)).map(({ title }) => title).sort(), ["and one more", "bought offline"]);
    assert.deepEqual((await own.todos(now, "state=done")).map(({ title }) => title), ["call the dentist"]);
    const keys = created.filter((one) => one.method() === "POST").map((one) => one.headers()["idempotency-key"]);
    assert.equal(new Set(keys).size, 2);
    await context.close();
  } finally {
    await own.stop();
  }
});
