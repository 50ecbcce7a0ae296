/** Signing in, the storms of refreshes, and signing out, in real tabs with access tokens that live for two seconds. */
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { counting, launch, pause, profile, row, signIn } from "./browser.ts";
import { Service } from "./service.ts";

let service: Service;
let browser: Browser;
before(async () => {
  service = await Service.start({ RECADO_ACCESS_TTL: "2s", HOST: "0.0.0.0" });
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
});

/** Ask so many times at once, through the page's own axios. Returns how many succeeded. */
function ask(page: Page, times: number): Promise<number> {
  return page.evaluate(async (times) => {
    type Instance = { get(url: string): Promise<unknown>; interceptors?: { response: { handlers: unknown[] } } };
    const scripts = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /\/assets\/(index|http)-/.test(name) && name.endsWith(".js"));
    const parts: unknown[] = (await Promise.all(scripts.map((script) => import(script) as Promise<object>))).flatMap((module) => Object.values(module));
    const http = parts.find((part) => (part as Instance | undefined)?.interceptors?.response.handlers.length) as Instance;
    const answers = await Promise.allSettled(Array.from({ length: times }, () => http.get("/me")));
    return answers.filter(({ status }) => status === "fulfilled").length;
  }, times);
}

async function tabs(context: BrowserContext, count: number, at = service.url): Promise<Page[]> {
  const pages: Page[] = [];
  for (let made = 0; made < count; made++) {
    const page = await context.newPage();
    await page.goto(`${at}/app/today`);
    await page.locator("#quick-add").waitFor();
    pages.push(page);
  }
  return pages;
}

for (const [count, calls] of [[1, 20], [2, 5], [8, 5]] as const) {
  test(`a storm of ${calls} expired calls in each of ${count} tabs makes one refresh, and all succeed`, async () => {
    const context = await profile(browser);
    const person = await service.person();
    await signIn(await context.newPage(), service, person);
    const pages = await tabs(context, count);
    await context.pages()[0]!.close();
    await pause(2_300);
    const refreshes = counting(context, "/token/refresh");
    const answered = await Promise.all(pages.map((page) => ask(page, calls)));
    assert.deepEqual(answered, Array(count).fill(calls));
    assert.equal(refreshes.length, 1);
    await context.close();
  });
}

test("an open tab goes through many expiries, and is never signed out", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  await signIn(page, service, await service.person());
  for (let turn = 0; turn < 3; turn++) {
    await pause(2_100);
    assert.equal(await ask(page, 3), 3);
  }
  assert.equal(await page.locator("#quick-add").count(), 1);
  await context.close();
});

test("a lock that is held for ever delays a refresh by four seconds, and no more", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  await signIn(page, service, await service.person());
  const holder = await context.newPage();
  await holder.goto(`${service.url}/healthz`);
  await holder.evaluate(() => {
    void navigator.locks.request("recado-refresh", () => new Promise(() => {}));
  });
  await pause(2_100);
  const began = Date.now();
  assert.equal(await ask(page, 5), 5);
  const took = Date.now() - began;
  // A little less where something else on the page was the first to ask, and waits already.
  assert.ok(took > 1_000 && took < 8_000, `${took} ms`);
  await context.close();
});

const addresses = Object.values(networkInterfaces()).flat().filter((one) => one?.family === "IPv4" && !one.internal);
const names = [...addresses.slice(0, 1).map((one) => one!.address), "recado-house.local"];
for (const name of names) {
  test(`on plain http, two tabs of ${name === names.at(-1) ? "a .local name" : "a LAN address"} stay signed in without a setting`, async () => {
    const own = await (await import("playwright-core")).chromium.launch({
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP recado-house.local 127.0.0.1"],
    });
    try {
      const at = `http://${name}:${service.port}`;
      const context = await profile(own);
      await signIn(await context.newPage(), service, await service.person(), at);
      const pages = await tabs(context, 2, at);
      assert.equal(await pages[0]!.evaluate(() => isSecureContext || "locks" in navigator), false);
      for (let turn = 0; turn < 2; turn++) {
        await pause(2_100);
        assert.deepEqual(await Promise.all(pages.map((page) => ask(page, 5))), [5, 5]);
      }
      await pages[0]!.locator("#quick-add").fill("from the living room");
      await pages[0]!.keyboard.press("Enter");
      await row(pages[1]!, "from the living room").waitFor();
    } finally {
      await own.close();
    }
  });
}

test("a refresh that nobody answers signs nobody out; the page says so, and goes on by itself", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  await signIn(page, service, await service.person());
  await context.route("**/token/refresh", (route) => route.fulfill({ status: 503, body: "" }));
  await pause(2_100);
  await page.locator("#quick-add").fill("kept meanwhile");
  await page.keyboard.press("Enter");
  await page.locator(".status").waitFor();
  assert.equal(await row(page, "kept meanwhile").locator(".waits").count(), 1);
  await context.unroute("**/token/refresh");
  await page.locator(".status").waitFor({ state: "detached", timeout: 15_000 });
  await row(page, "kept meanwhile").locator(".waits").waitFor({ state: "detached" });
  await context.close();
});

test("signing out reaches the other tabs at once", async () => {
  const context = await profile(browser);
  const person = await service.person();
  await service.todo(person, { quick: "secret plan today" });
  await signIn(await context.newPage(), service, person);
  const [one, two] = await tabs(context, 2);
  await row(two!, "secret plan").waitFor();
  await one!.getByRole("button", { name: "Sign out" }).click();
  for (const page of [one!, two!]) {
    await page.locator("#password").waitFor({ timeout: 2_000 });
    assert.equal(await page.getByText("secret plan").count(), 0);
  }
  const kept = await two!.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const asked = indexedDB.open("recado");
      asked.onsuccess = () => resolve(asked.result);
    });
    return new Promise((resolve) => {
      const asked = db.transaction("todos").objectStore("todos").count();
      asked.onsuccess = () => resolve(asked.result);
    });
  });
  assert.equal(kept, 0);
  await context.close();
});

test("Back after signing out shows nothing, with the back/forward cache on", async () => {
  const own = await launch({ bfcache: true });
  try {
    const context = await profile(own);
    const person = await service.person();
    await service.todo(person, { quick: "secret plan today" });
    const page = await context.newPage();
    // What can be seen at the very moment the page comes back, before anything of ours has run.
    await page.addInitScript(() => {
      addEventListener("pageshow", (event) => {
        Object.assign(window, { seen: { persisted: event.persisted, text: document.body?.innerText ?? "" } });
      });
    });
    await signIn(page, service, person);
    await row(page, "secret plan").waitFor();
    const other = await context.newPage();
    await other.goto(`${service.url}/app/today`);
    await row(other, "secret plan").waitFor();

    await page.goto(`${service.url}/healthz`);
    await page.goBack({ waitUntil: "commit" });
    await row(page, "secret plan").waitFor();
    const back = () => page.evaluate(() => (window as unknown as { seen: { persisted: boolean; text: string } }).seen);
    assert.equal((await back()).persisted, true); // still signed in: it comes back out of the cache
    await page.goto(`${service.url}/healthz`);

    await other.getByRole("button", { name: "Sign out" }).click();
    await other.locator("#password").waitFor();
    await page.goBack({ waitUntil: "commit" });
    await page.locator("#password").waitFor();
    assert.doesNotMatch((await back()).text, /secret plan/);
    assert.equal(await page.getByText("secret plan").count(), 0);

    await other.goBack({ waitUntil: "commit", timeout: 2_000 }).catch(() => undefined);
    await pause(500);
    assert.equal(await other.getByText("secret plan").count(), 0);
  } finally {
    await own.close();
  }
});

test("a device that is ended elsewhere is at sign-in at once, and the others stay", async () => {
  const person = await service.person();
  const [lost, kept] = [await profile(browser), await profile(browser)];
  const [theirs, ours] = [await lost.newPage(), await kept.newPage()];
  await signIn(theirs, service, person);
  const { token } = await service.again(person);
  const { items } = await service.call<{ items: { id: string; kind: string }[] }>("GET", "/session", token);
  await signIn(ours, service, person);
  await service.call("DELETE", `/session/${items.find(({ kind }) => kind === "browser")!.id}`, (await service.again(person)).token);
  await theirs.locator("#password").waitFor({ timeout: 5_000 });
  await theirs.getByText("This device was signed out").waitFor();
  await pause(500);
  assert.equal(await ours.locator("#quick-add").count(), 1);
  assert.equal(await ask(ours, 2), 2);
  await Promise.all([lost.close(), kept.close()]);
});

test("a device that is ended elsewhere is out with its next request, also without the stream", async () => {
  const person = await service.person();
  const context = await profile(browser);
  const page = await context.newPage();
  await page.addInitScript(() => {
    Object.assign(window, { SharedWorker: undefined, EventSource: class extends EventTarget { close() {} } });
    delete (window as { SharedWorker?: unknown }).SharedWorker;
  });
  await signIn(page, service, person);
  await service.endBrowsers(person);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  assert.equal(await page.locator("#quick-add").count(), 1);
  await page.locator("#quick-add").fill("typed too late");
  await page.keyboard.press("Enter");
  await page.locator("#password").waitFor({ timeout: 3_000 });
  const asked = requests.filter((path) => !path.startsWith("/app/"));
  assert.ok(asked.every((path) => path.startsWith("/todo")) && asked.length <= 2, asked.join(" "));

  // What was typed is kept for the same person, and sent once they are in again.
  await signIn(page, service, person);
  await row(page, "typed too late").waitFor();
  await row(page, "typed too late").locator(".waits").waitFor({ state: "detached" });
  assert.deepEqual((await service.todos(await service.again(person))).map(({ title }) => title), ["typed too late"]);
  await context.close();
});

test("wrong passwords are told, in the person's language, and an ended link too", async () => {
  const context = await profile(browser, { locale: "pt-BR" });
  const page = await context.newPage();
  await page.goto(`${service.url}/`);
  await page.locator('input[autocomplete^="username"]').fill("ninguem");
  await page.locator("#password").fill("not the password at all");
  await page.keyboard.press("Enter");
  await page.getByText("Nome de usuário e senha não combinam.").waitFor();
  await page.goto(`${service.url}/app/reset#used-up`);
  await page.locator("#password").fill("a quiet river under the new bridge");
  await page.keyboard.press("Enter");
  await page.getByText("Este link já foi usado").waitFor();
  await context.close();
});

test("one signs up by an invitation, and the reset link of the command line works", async () => {
  const closed = await Service.start({ RECADO_SIGNUP: "invite" });
  try {
    const link = /http:\S+\/app\/invite#\S+/.exec(closed.run("user", "invite"))![0];
    const page = await (await profile(browser)).newPage();
    await page.goto(link);
    await page.getByRole("heading", { name: "You are invited" }).waitFor();
    assert.equal(new URL(page.url()).hash, "");
    await page.locator('input[autocomplete^="username"]').fill("ana");
    await page.getByRole("button", { name: "Suggest one" }).click();
    await page.waitForFunction(() => (document.querySelector("#password") as HTMLInputElement).value.split(" ").length === 5);
    await page.getByRole("button", { name: "Sign up" }).click();
    await page.locator("#quick-add").waitFor();

    const reset = /http:\S+\/app\/reset#\S+/.exec(closed.run("user", "reset", "ana"))![0];
    await page.goto("about:blank");
    await page.goto(reset);
    await page.locator("#password").fill("a quiet river under the new bridge");
    await page.keyboard.press("Enter");
    await page.getByText("Your new password is set").waitFor();
    await page.goto(`${closed.url}/app/today`);
    await page.locator('input[autocomplete^="username"]').fill("ana");
    await page.locator("#password").fill("a quiet river under the new bridge");
    await page.keyboard.press("Enter");
    await page.locator("#quick-add").waitFor();
  } finally {
    await closed.stop();
  }
});
