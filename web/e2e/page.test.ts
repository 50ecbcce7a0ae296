/** The page as such: nothing from elsewhere, no violation of its policy, small, and usable by everybody. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { AXE, faults } from "./axe.ts";
import { launch, profile, signIn } from "./browser.ts";
import { Carrier } from "./carrier.ts";
import { household, SCREENS } from "./screens.ts";
import { Service } from "./service.ts";

const BUILT = join(import.meta.dirname, "../../src/recado/web/static");
const MOST = 160 * 1024;

let carrier: Carrier;
let service: Service;
let browser: Browser;
before(async () => {
  carrier = await Carrier.open();
  service = await Service.start(carrier.settings);
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
  await carrier.close();
});

/** The files that a file loads at once, and what those load. */
function closure(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  const text = readFileSync(join(BUILT, "assets", name), "utf-8");
  for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) closure(next!, seen);
  return seen;
}

test("the JavaScript that is loaded at first is at most 160 KB, compressed", () => {
  const page = readFileSync(join(BUILT, "index.html"), "utf-8");
  const first = [...page.matchAll(/\/app\/assets\/([^"]+\.js)"/g)].map(([, name]) => name!);
  // Today is drawn by what is inside, which the first file asks for at once when somebody is signed in.
  const inside = readdirSync(join(BUILT, "assets")).filter((name) => /^Inside-.*\.js$/.test(name));
  assert.deepEqual([first.length > 0, inside.length], [true, 1]);
  const names = new Set([...first, ...inside].flatMap((name) => [...closure(name)]));
  const sizes = [...names].map((name) => gzipSync(readFileSync(join(BUILT, "assets", name)), { level: 9 }).length);
  const all = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`initial JavaScript: ${(all / 1024).toFixed(1)} KB in ${names.size} files`);
  assert.ok(all <= MOST, `${all} bytes`);
});

test("the built files name no other host, and hold no inline script or style", () => {
  const page = readFileSync(join(BUILT, "index.html"), "utf-8");
  assert.doesNotMatch(page, /<style|style="|<script(?![^>]* src=)/);
  for (const name of readdirSync(join(BUILT, "assets")).filter((name) => name.endsWith(".css"))) {
    assert.doesNotMatch(readFileSync(join(BUILT, "assets", name), "utf-8"), /url\(|@import/);
  }
});

for (const locale of ["en", "pt-BR"]) {
  test(`every screen in ${locale} is free of faults that axe finds, in both themes, narrow and wide; nothing comes from elsewhere`, async (run) => {
    const service = await Service.start(carrier.settings); // of its own, so that who looks is its operator
    run.after(() => service.stop());
    const house = await household(service, carrier, locale);
    const foreign: string[] = [];
    const complaints: string[] = [];
    const found: string[] = [];
    const make = async () => {
      const context = await profile(browser, { locale });
      context.on("request", (request) => {
        if (new URL(request.url()).origin !== service.url) foreign.push(request.url());
      });
      context.on("console", (message) => {
        if (/content security policy/i.test(message.text())) complaints.push(message.text());
      });
      await context.addInitScript(AXE);
      return context;
    };
    const [inside, outside] = [await make(), await make()];
    const first = await inside.newPage();
    await signIn(first, service, house.person);
    await first.close();
    for (const screen of SCREENS(house)) {
      const page = await (screen.signedOut ? outside : inside).newPage();
      await page.emulateMedia({ reducedMotion: "reduce" });
      await page.goto(service.url + screen.path);
      await page.locator(screen.ready).first().waitFor();
      if (screen.click) await page.locator(screen.click).click();
      for (const key of screen.press?.split(",") ?? []) await page.keyboard.press(key);
      if (screen.press || screen.name === "farewell") await page.locator("dialog[open]").waitFor();
      assert.equal(await page.getAttribute("html", "lang"), screen.english ? "en" : locale);
      found.push(...(await faults(page, screen.name)));
      await page.close();
    }
    assert.deepEqual(found, []);
    assert.deepEqual(foreign, []);
    assert.deepEqual(complaints, []);
    await Promise.all([inside.close(), outside.close()]);
  });
}

test("hashed files are kept for ever, the page and the service worker never; nobody indexes it", async () => {
  const page = await fetch(`${service.url}/app/today`);
  assert.equal(page.headers.get("cache-control"), "no-cache");
  const text = await page.text();
  assert.match(text, /name="robots" content="noindex"/);
  const asset = /\/app\/assets\/[^"]+\.js/.exec(text)![0];
  assert.match((await fetch(service.url + asset)).headers.get("cache-control")!, /immutable/);
  const worker = await fetch(`${service.url}/app/sw.js`);
  assert.equal(worker.headers.get("cache-control"), "no-cache");
  assert.match(page.headers.get("content-security-policy")!, /^default-src 'self';/);
});

test("/docs shows every operation with a curl line that works, and tries it, as who is signed in or with a token", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  const contract = (await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: Record<string, object> };
  const count = Object.values(contract.paths).flatMap(Object.keys).filter((name) => /^(get|post|put|patch|delete)$/.test(name)).length;
  const person = await service.person();
  await page.goto(`${service.url}/docs#createTodo`);
  await page.locator(".operation").nth(count - 1).waitFor();
  assert.equal(await page.locator(".operation").count(), count);
  const create = page.locator("#createTodo");
  await create.getByRole("button", { name: "Send" }).click();
  await create.locator(".try-does", { hasText: "401" }).waitFor();
  await page.getByLabel(/Access token/).fill(person.token);
  await create.getByLabel("Body").fill('{"title": "it\'s tried"}');
  const line = await create.locator(".curl").innerText();
  await create.getByRole("button", { name: "Send" }).click();
  await create.locator(".answer", { hasText: "it's tried" }).waitFor();
  execFileSync("sh", ["-c", `${line} -sf -o /dev/null`], { env: { ...process.env, TOKEN: person.token } });
  assert.deepEqual((await service.todos(person)).map(({ title }) => title), ["it's tried", "it's tried"]);
  await signIn(page, service, person);
  await page.goto(`${service.url}/docs#listTodos`);
  const list = page.locator("#listTodos");
  await list.getByRole("button", { name: "Send" }).click();
  await list.locator(".answer", { hasText: "it's tried" }).waitFor();
  await context.close();
});
