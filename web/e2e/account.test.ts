/** Devices, settings, messages and who takes part in a list: what one does there, and what comes of it elsewhere. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { launch, profile, signIn } from "./browser.ts";
import { Service } from "./service.ts";

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

test("a device that one ends goes from the list, and is at sign-in with its next request; so do all others at once", async () => {
  const person = await service.person();
  const [here, there] = [await profile(browser), await profile(browser)];
  const other = await there.newPage();
  await signIn(other, service, person);
  await other.route("**/todo/events*", (route) => route.abort()); // so that only its next request can tell it
  const page = await here.newPage();
  await signIn(page, service, person);
  await page.goto(`${service.url}/app/devices`);
  const lines = page.locator(".thing");
  await lines.nth(2).waitFor();
  assert.match(await lines.first().innerText(), /This device/);
  await lines.filter({ hasText: "Chrome" }).nth(1).getByRole("button").click();
  await page.locator(".toast", { hasText: "Signed out" }).waitFor();
  assert.equal(await lines.count(), 2);
  await other.locator("#quick-add").fill("one more");
  await other.keyboard.press("Enter");
  await other.locator(".sign", { hasText: "This device was signed out" }).waitFor();
  await page.getByRole("button", { name: "Sign out all other devices" }).click();
  await page.locator(".things-end", { hasText: "nowhere else" }).waitFor();
  assert.equal(await lines.count(), 1);
  await assert.rejects(service.todos(person), /401/);
  assert.equal(await page.locator("h1").innerText(), "Devices");
  await Promise.all([here.close(), there.close()]);
});
