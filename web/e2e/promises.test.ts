/** What the page promises in a sentence and no other file tests. `e2e/README.md` lists every promise with its test. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { counting, launch, pause, profile, row, signIn, until } from "./browser.ts";
import { type Person, Service } from "./service.ts";

let service: Service;
let browser: Browser;
before(async () => {
  [service, browser] = await Promise.all([Service.start(), launch()]);
});
after(async () => {
  await Promise.all([browser.close(), service.stop()]);
});

interface Begun {
  context: BrowserContext;
  page: Page;
  person: Person;
}

async function begin(prepare: (person: Person, context: BrowserContext) => Promise<unknown> = async () => undefined): Promise<Begun> {
  const person = await service.person();
  const context = await profile(browser);
  await prepare(person, context);
  const page = await context.newPage();
  await signIn(page, service, person);
  return { context, page, person };
}

/** The date so many days from now, where the people of the tests are. */
function day(after: number): string {
  return new Intl.DateTimeFormat("en-CA", { dateStyle: "short" }).format(Date.now() + after * 86_400_000);
}

test("script sees no token: the readable cookie is the hint alone, and nothing is put into storage", async () => {
  const { context, page } = await begin();
  const cookies = await context.cookies();
  assert.deepEqual(cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]).sort(), [
    ["recado_access", true, "Strict"],
    ["recado_hint", false, "Strict"],
    ["recado_refresh", true, "Strict"],
  ]);
  assert.match(await page.evaluate(() => document.cookie), /^recado_hint=[^;]*$/);
  const tokens = cookies.filter(({ httpOnly }) => httpOnly).map(({ value }) => value);
  const kept = await page.evaluate(async () => {
    const stores: unknown[] = [{ ...localStorage }, { ...sessionStorage }];
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const asked = indexedDB.open(name!);
        asked.onsuccess = () => resolve(asked.result);
      });
      for (const store of db.objectStoreNames) {
        stores.push(await new Promise((resolve) => {
          const asked = db.transaction(store).objectStore(store).getAll();
          asked.onsuccess = () => resolve(asked.result);
        }));
      }
      db.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      stores.push((await cache.keys()).map(({ url }) => url));
    }
    return JSON.stringify(stores);
  });
  assert.ok(kept.length > 10 && !tokens.some((token) => kept.includes(token) || kept.includes(token.split(".")[2]!)));
  await context.close();
});

test("a browser without a SharedWorker has a stream of its own: changes of others appear, and it ends with the session", async () => {
  const { context, page, person } = await begin((_, context) => context.addInitScript(() => {
    delete (window as { SharedWorker?: unknown }).SharedWorker;
  }));
  assert.equal(await page.evaluate(() => "SharedWorker" in window), false);
  const second = await context.newPage();
  await second.goto(`${service.url}/app/today`);
  await second.locator("#quick-add").waitFor();
  await service.todo(person, { quick: "from elsewhere today" });
  await Promise.all([page, second].map((one) => row(one, "from elsewhere").waitFor({ timeout: 5_000 })));
  await page.locator("#quick-add").fill("from here");
  await page.keyboard.press("Enter");
  await row(second, "from here").waitFor({ timeout: 5_000 });
  await service.endBrowsers(person);
  for (const one of [page, second]) await one.locator("#password").waitFor({ timeout: 5_000 });
  await context.close();
});

test("Today has what is overdue on top; Upcoming has fourteen days, and not the fifteenth", async () => {
  const { context, page } = await begin(async (person) => {
    for (const [title, due] of [["now", 0], ["late", -1], ["in a fortnight", 14], ["too far", 15]] as const) {
      await service.todo(person, { title, due: day(due) });
    }
  });
  await row(page, "late").waitFor();
  assert.deepEqual(await page.locator(".row-title").allTextContents(), ["late", "now"]);
  assert.match(await page.locator(".group-title").first().innerText(), /Overdue/);
  await page.getByRole("link", { name: "Upcoming" }).first().click();
  await row(page, "in a fortnight").waitFor();
  assert.deepEqual(await page.locator(".row-title").allTextContents(), ["in a fortnight"]);
  await context.close();
});

test("the panel says whom a to-do is for, and what became of their text", async () => {
  const other = await service.person();
  await service.givePhone(other, "+5511987650001");
  const { context, page, person } = await begin(async (person) => {
    const { id } = await service.call<{ id: string }>("POST", "/list", person.token, { name: "Home" });
    const { code } = await service.call<{ code: string }>("POST", `/list/${id}/invite`, person.token);
    await service.call("POST", `/invite/${code}`, other.token);
    await service.todo(person, { title: "buy bread", list_id: id, due: day(0) });
  });
  await row(page, "buy bread").locator(".row-open").click();
  await page.getByLabel("For", { exact: true }).selectOption({ label: other.username });
  await row(page, "buy bread").locator(".person", { hasText: other.username }).waitFor();
  await page.locator(".panel-text", { hasText: /Text message (sent|waits)/ }).waitFor();
  await until(() => service.log.includes("buy bread"));
  const [todo] = await service.call<{ items: { for: number }[] }>("GET", "/todo", person.token).then(({ items }) => items);
  assert.equal(todo?.for, other.user_id);
  await context.close();
});

test("the line is read once one stops typing, not with each key", async () => {
  const { context, page } = await begin();
  const read = counting(context, "/todo/parse");
  await page.keyboard.press("q");
  await page.keyboard.type("pay rent tomorrow 9am !1", { delay: 20 });
  await page.locator(".chip").nth(1).waitFor();
  await pause(300);
  assert.ok(read.length >= 1 && read.length <= 4, `${read.length}`); // a busy machine may pause for us
  await context.close();
});

test("one goes about by keyboard alone: past the side bar, into a to-do and back to its row; a dialog keeps the focus", async () => {
  const { context, page, person } = await begin();
  await service.todo(person, { quick: "call the dentist today" });
  await row(page, "dentist").waitFor();
  await page.reload();
  await row(page, "dentist").waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || "");
  await page.keyboard.press("Tab");
  assert.match(await focused(), /Skip to the to-dos/);
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "main");
  for (let tries = 0; tries < 10 && !(await focused()).startsWith("row-"); tries++) await page.keyboard.press("Tab");
  const there = await focused();
  assert.match(there, /^row-/);
  await page.keyboard.press("Enter");
  await page.locator(".panel .panel-title").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".panel").waitFor({ state: "detached" });
  assert.equal(await focused(), there);
  await page.goto(`${service.url}/app/settings`);
  const ask = page.getByRole("button", { name: "Delete …" });
  await ask.focus();
  await page.keyboard.press("Enter");
  await page.locator("dialog[open]").waitFor();
  for (let presses = 0; presses < 8; presses++) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest("dialog") !== null));
  }
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  assert.equal(await ask.evaluate((button) => button === document.activeElement), true);
  await context.close();
});

test("in the settings, single letters are switched off, and the time zone is what a time means", async () => {
  const { context, page, person } = await begin();
  await page.goto(`${service.url}/app/settings`);
  await page.getByRole("switch", { name: "Single-letter keys" }).click();
  await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await until(async () => (await service.call<{ time_zone: string }>("GET", "/me", person.token)).time_zone === "Asia/Tokyo");
  await page.goto(`${service.url}/app/today`);
  await page.locator("#quick-add").waitFor();
  await page.keyboard.press("q");
  assert.notEqual(await page.evaluate(() => document.activeElement?.id), "quick-add");
  await page.locator("#quick-add").fill("ring Kenji tomorrow 9am");
  await page.keyboard.press("Enter");
  const todo = await until(async () => (await service.call<{ items: { due_at: string | null }[] }>("GET", "/todo", person.token)).items[0]);
  assert.match(todo.due_at!, /T00:00:00/);
  await context.close();
});

test("a passphrase is suggested in the language one reads: words of that language, other ones each time", async () => {
  const context = await profile(browser, { locale: "pt-BR" });
  const page = await context.newPage();
  await page.goto(`${service.url}/app/signup`);
  const { wordlist } = await import("@scure/bip39/wordlists/portuguese.js");
  const seen = new Set<string>();
  for (let times = 0; times < 2; times++) {
    await page.getByRole("button", { name: "Sugerir uma" }).click();
    const phrase = await until(async () => {
      const text = await page.locator("#password").inputValue();
      return text && !seen.has(text) && text;
    });
    assert.ok(phrase.split(" ").length === 5 && phrase.split(" ").every((word) => wordlist.includes(word)), phrase);
    seen.add(phrase);
  }
  await context.close();
});

test("without a network one may sign nobody in, and the page says why; what is here stays to be read", async () => {
  const own = await Service.start();
  const context = await profile(browser);
  try {
    const person = await own.person();
    await own.todo(person, { quick: "call the dentist today" });
    const page = await context.newPage();
    await signIn(page, own, person);
    await row(page, "dentist").waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const out = await (await profile(browser)).newPage();
    await out.goto(`${own.url}/app/signin`);
    await out.locator("#password").waitFor();
    await pause(1_300); // what is shown is written to disk a second later
    await own.pause();
    await page.reload();
    await row(page, "dentist").waitFor();
    await page.locator(".status", { hasText: "does not answer" }).waitFor();
    await out.locator('input[autocomplete^="username"]').fill(person.username);
    await out.locator("#password").fill("whatever it may be, long enough");
    await out.keyboard.press("Enter");
    await out.getByRole("alert").filter({ hasText: "does not answer" }).waitFor();
    await out.context().close();
  } finally {
    await context.close();
    await own.stop();
  }
});
