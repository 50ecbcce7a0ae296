/** Devices, settings, messages and who takes part in a list: what one does there, and what comes of it elsewhere. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { AXE, violations } from "./axe.ts";
import { launch, profile, row, signIn, until } from "./browser.ts";
import { Carrier } from "./carrier.ts";
import { PASSWORD, Service } from "./service.ts";

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
  await until(async () => (await lines.count()) === 2);
  await other.locator("#quick-add").fill("one more");
  await other.keyboard.press("Enter");
  await other.locator(".sign", { hasText: "This device was signed out" }).waitFor();
  await page.getByRole("button", { name: "Sign out all other devices" }).click();
  await page.locator(".things-end", { hasText: "nowhere else" }).waitFor();
  await until(async () => (await lines.count()) === 1);
  await assert.rejects(service.todos(person), /401/);
  assert.equal(await page.locator("h1").innerText(), "Devices");
  await Promise.all([here.close(), there.close()]);
});

test("a number is confirmed by the code that comes to it; a wrong one is told", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  const person = await service.person();
  await signIn(page, service, person);
  await page.goto(`${service.url}/app/settings`);
  await page.getByLabel("Phone number").fill("12");
  await page.getByRole("button", { name: "Send the code" }).click();
  await page.locator(".wrong").waitFor();
  await page.getByLabel("Phone number").fill("+55 11 98765 4321");
  await page.getByRole("button", { name: "Send the code" }).click();
  const field = page.getByLabel("Code from the text message");
  await field.waitFor();
  const code = await until(() => /code is (\d{6})/.exec(service.log)?.[1]);
  await field.fill(code === "000000" ? "000001" : "000000");
  await page.keyboard.press("Enter");
  await page.locator(".wrong").waitFor();
  await field.fill(code);
  await page.keyboard.press("Enter");
  await page.locator("output", { hasText: "+5511987654321" }).waitFor();
  const created = page.getByRole("switch", { name: "To-dos I add myself" });
  assert.equal(await created.isChecked(), true);
  await created.click();
  await page.getByRole("switch", { name: "Quiet hours" }).click();
  await page.getByLabel("Quiet to").fill("06:30");
  await page.keyboard.press("Enter");
  const saved = () => service.call<{ notify: { created: boolean }; quiet_hours: { to: string } | null }>("GET", "/me", person.token);
  const me = await until(async () => (await saved()).quiet_hours?.to === "06:30" && (await saved()));
  assert.equal(me.notify.created, false);
  await context.close();
});

test("language and theme change at once, and stay; a new password leaves only this device; everything can be taken along", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  const person = await service.person();
  await signIn(page, service, person);
  await page.goto(`${service.url}/app/settings`);
  await page.getByLabel("Dark", { exact: true }).check();
  await page.getByLabel("Language", { exact: true }).selectOption("pt-BR");
  await page.locator("h1", { hasText: "Ajustes" }).waitFor();
  await page.reload();
  await page.locator("h1", { hasText: "Ajustes" }).waitFor();
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Baixar" }).click()]);
  const taken = JSON.parse(readFileSync(await download.path(), "utf-8")) as object;
  assert.match(JSON.stringify(taken), new RegExp(`"${person.username}"`));
  await page.locator("#current").fill("not the right one at all");
  await page.locator("#password").fill("another river beyond the new bridge");
  await page.getByRole("button", { name: "Mudar a senha" }).click();
  await page.getByRole("alert").filter({ hasText: "não é a sua senha" }).waitFor();
  await page.locator("#current").fill(PASSWORD);
  await page.getByRole("button", { name: "Mudar a senha" }).click();
  await page.locator(".toast", { hasText: "A senha foi mudada" }).waitFor();
  await assert.rejects(service.todos(person), /401/);
  await context.close();
});

test("an access token is made, shown once, copied, used by a script, listed with what it may, and ended like a device", async () => {
  const context = await profile(browser);
  await context.addInitScript(AXE);
  const page = await context.newPage();
  const person = await service.person();
  await signIn(page, service, person);
  await page.goto(`${service.url}/app/settings`);
  await page.getByLabel(/^Name/).fill("nightly agent");
  await page.getByLabel("It may").selectOption("write");
  await page.getByLabel("Good for").selectOption("90");
  await page.getByRole("button", { name: "Make a token" }).click();
  const shown = page.getByLabel("Access token nightly agent");
  await shown.waitFor();
  const token = await shown.inputValue();
  const script = { ...person, token };
  await service.todo(script, { title: "from the script" });
  await assert.rejects(service.call("GET", "/session", token), /insufficient-scope/);
  await page.locator(".copy-once").getByRole("button", { name: "Copy" }).click();
  await page.locator(".toast", { hasText: "Copied" }).waitFor();
  await page.getByLabel(/^Name/).focus();
  await page.keyboard.press("Control+v");
  assert.equal(await page.getByLabel(/^Name/).inputValue(), token.slice(0, 100));
  assert.deepEqual(await violations(page, false), []);
  await page.locator(".section-form").getByRole("button", { name: "Make a token" }).locator("xpath=ancestor::section").getByRole("link").click();
  const line = page.locator(".thing", { hasText: "nightly agent" });
  await line.filter({ hasText: "may read and change" }).filter({ hasText: "until" }).waitFor();
  assert.equal((await page.content()).includes(token), false);
  await line.getByRole("button", { name: "End: nightly agent" }).click();
  await page.locator(".toast", { hasText: "Ended: nightly agent" }).waitFor();
  await assert.rejects(service.todos(script), /session-ended/);
  await line.waitFor({ state: "detached" });
  await context.close();
});

test("who signed in a while ago gives the password for an access token; a wrong one is told", async () => {
  const context = await profile(browser, { locale: "pt-BR" });
  await context.addInitScript(AXE);
  const page = await context.newPage();
  const person = await service.person("pt-BR");
  await signIn(page, service, person);
  const database = new DatabaseSync(join(service.folder, "data/recado.db"), { timeout: 5_000 });
  database.prepare("UPDATE proof SET at = at - 660000000 WHERE user_id = ?").run(person.user_id);
  database.close();
  await page.goto(`${service.url}/app/settings`);
  await page.getByLabel(/^Nome/).fill("backup");
  await page.getByRole("button", { name: "Criar um token" }).click();
  const password = page.locator("#proof");
  await password.waitFor();
  assert.deepEqual(await violations(page, false), []);
  await password.fill("not the right one at all");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "não é a sua senha" }).waitFor();
  await password.fill(PASSWORD);
  await page.keyboard.press("Enter");
  const token = await page.getByLabel("Token de acesso backup").inputValue();
  assert.deepEqual(await service.todos({ ...person, token }), []);
  await password.waitFor({ state: "detached" });
  await page.goto(`${service.url}/app/devices`);
  await page.locator(".thing", { hasText: "backup" }).filter({ hasText: "pode ler" }).waitFor();
  await context.close();
});

test("an account is erased after one question, with its password", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  const person = await service.person();
  await signIn(page, service, person);
  await page.goto(`${service.url}/app/settings`);
  await page.getByRole("button", { name: "Delete …" }).click();
  const dialog = page.locator("dialog");
  await dialog.locator("#erase").fill("a wrong one, far too long");
  await page.keyboard.press("Enter");
  await dialog.getByRole("alert").waitFor();
  await dialog.locator("#erase").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".sign").waitFor();
  await assert.rejects(service.again(person), /401/);
  await context.close();
});

test("a text that failed says why, and is sent when one tries again", async (test) => {
  const carrier = await Carrier.open();
  const texted = await Service.start(carrier.settings);
  const context = await profile(browser);
  test.after(async () => {
    await Promise.all([context.close(), texted.stop(), carrier.close()]);
  });
  const person = await texted.person();
  await texted.givePhone(person, "+5511987654321", () => carrier.texts[0]?.text ?? "");
  carrier.refuse = /todo was created/;
  await texted.todo(person, { title: "call the plumber" });
  const page = await context.newPage();
  await signIn(page, texted, person);
  await page.goto(`${texted.url}/app/messages`);
  const line = page.locator(".thing", { hasText: "todo was created" });
  await line.filter({ hasText: "Failed" }).filter({ hasText: "cannot be reached" }).waitFor({ timeout: 8_000 });
  carrier.refuse = undefined;
  await line.getByRole("button", { name: "Try again" }).click();
  await line.filter({ hasText: /Sent|Waits/ }).waitFor();
  await until(() => carrier.texts.some(({ text }) => text.includes("todo was created")));
  await line.filter({ hasText: "Sent" }).waitFor();
  assert.equal(await line.getByRole("button").count(), 0);
  await line.getByRole("link").click();
  await page.locator(".panel", { hasText: "Text message sent" }).waitFor();
});

test("who is invited in one browser appears in the other; roles, handing over, renaming, leaving, and back from the trash", async () => {
  const [ana, ben] = [await service.person(), await service.person()];
  const list = await service.call<{ id: string }>("POST", "/list", ana.token, { name: "Home" });
  await service.todo(ana, { title: "water the plants", list_id: list.id });
  const [hers, his] = [await profile(browser), await profile(browser)];
  const [page, other] = [await hers.newPage(), await his.newPage()];
  await signIn(page, service, ana);
  await page.goto(`${service.url}/app/list/${list.id}`);
  await page.getByRole("link", { name: "Share" }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = await page.getByLabel("Link of the invitation").inputValue();
  await other.goto(link); // signed out: the invitation waits until he is in
  await other.locator('input[autocomplete^="username"]').fill(ben.username);
  await other.locator("#password").fill(PASSWORD);
  await other.keyboard.press("Enter");
  await other.getByRole("button", { name: "Join" }).click();
  await row(other, "water the plants").waitFor();
  const line = page.locator(".thing", { hasText: ben.username });
  await line.waitFor();
  await line.getByRole("combobox").selectOption("viewer");
  await other.locator("#quick-add").waitFor({ state: "detached" });
  await line.getByRole("combobox").selectOption("owner");
  await other.goto(`${service.url}/app/list/${list.id}/about`);
  await other.getByLabel("Name of the list").fill("Flat");
  await other.keyboard.press("Enter");
  await page.locator("h1", { hasText: "Flat" }).waitFor();
  await page.getByRole("button", { name: "Leave" }).click();
  await page.locator(".toast", { hasText: "You left Flat" }).waitFor();
  await other.locator(".thing", { hasText: ana.username }).waitFor({ state: "detached" });
  await other.getByRole("button", { name: "Delete" }).click();
  await other.locator(".toast", { hasText: "Deleted: Flat" }).getByRole("button", { name: "Undo" }).click();
  await row(other, "water the plants").waitFor();
  await other.getByRole("link", { name: "Share" }).click();
  await other.getByRole("button", { name: "Delete" }).click();
  await other.locator(".toast", { hasText: "Deleted: Flat" }).waitFor();
  await other.goto(`${service.url}/app/trash`);
  await other.getByRole("button", { name: "Put back: Flat" }).click();
  await row(other, "water the plants").waitFor();
  await other.goto(link); // used up, and it says so
  await other.getByRole("button", { name: "Join" }).click();
  await other.locator(".empty", { hasText: "used or is too old" }).waitFor();
  await Promise.all([hers.close(), his.close()]);
});

test("after signing up, three to-dos explain the first steps; one click removes them, and one brings them back", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  await page.goto(`${service.url}/app/signup`);
  await page.locator('input[autocomplete^="username"]').fill("newcomer");
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator(".row").nth(2).waitFor();
  assert.match((await page.locator(".row").allInnerTexts()).join("\n"), /q and write[^]*Press e[^]*phone number/);
  await page.getByRole("button", { name: "Remove the examples" }).click();
  await page.locator(".empty").waitFor();
  await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await page.locator(".row").nth(2).waitFor();
  await context.close();
});

test("the operator keeps somebody out and lets them in, makes a link to a new password and one to sign up; others have no such page", async () => {
  const house = await Service.start();
  const context = await profile(browser);
  try {
    const [operator, ana] = [await house.person(), await house.person()];
    const page = await context.newPage();
    await signIn(page, house, operator);
    await page.getByRole("link", { name: "Operator" }).click();
    const line = page.locator(".thing", { hasText: ana.username }).first();
    await line.getByRole("button", { name: "Keep out" }).click();
    await page.locator(".toast", { hasText: `${ana.username} is out.` }).waitFor();
    await assert.rejects(house.todos(ana), /401/);
    await assert.rejects(house.again(ana), /401/);
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await line.getByRole("button", { name: "Keep out" }).waitFor();
    await house.again(ana);

    await line.getByRole("button", { name: "New password" }).click();
    const own = page.getByLabel("Your own password", { exact: true });
    await own.fill("not the one");
    await page.keyboard.press("Enter");
    await page.locator("[role=alert]", { hasText: "not your password" }).waitFor();
    await own.fill(PASSWORD);
    await page.keyboard.press("Enter");
    const link = await page.getByLabel("Link to a new password").inputValue();
    assert.match(link, new RegExp(`^${house.url}/app/reset#${ana.user_id}-`));
    await page.keyboard.press("Escape");

    const invitations = page.locator(".section", { has: page.getByRole("heading", { name: "Invitations" }) });
    await invitations.getByRole("button", { name: "Make a link" }).click();
    assert.match(await page.getByLabel("Link to sign up").inputValue(), /\/app\/invite#/);
    await invitations.getByRole("button", { name: "Take back" }).click();
    await page.locator(".toast", { hasText: "no longer good" }).waitFor();
    await invitations.getByText("No link waits").waitFor();

    const events = page.locator(".section", { has: page.getByRole("heading", { name: "Security events" }) });
    await page.getByLabel("Show", { exact: true }).selectOption("disabled");
    await until(async () => (await events.locator(".thing").allInnerTexts()).every((text) => text.includes("Kept out")));
    assert.equal(await events.locator(".thing").count(), 1);

    const other = await (await profile(browser)).newPage();
    await signIn(other, house, ana);
    assert.equal(await other.getByRole("link", { name: "Operator" }).count(), 0);
    await other.goto(`${house.url}/app/operator`);
    await other.locator(".empty").waitFor();
    await other.context().close();
  } finally {
    await context.close();
    await house.stop();
  }
});
