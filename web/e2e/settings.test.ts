/** By which ways one is reached, what one is told, and that the page says in Portuguese what the service says in English. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Browser, Page } from "playwright-core";
import { launch, profile, row, signIn, until } from "./browser.ts";
import { Carrier } from "./carrier.ts";
import { Mailbox } from "./mailbox.ts";
import { PASSWORD, type Person, Service } from "./service.ts";

let service: Service;
let bare: Service;
let carrier: Carrier;
let box: Mailbox;
let browser: Browser;
before(async () => {
  [carrier, box] = await Promise.all([Carrier.open(), Mailbox.open()]);
  [service, bare, browser] = await Promise.all([Service.start({ ...carrier.settings, ...box.settings }), Service.start(), launch()]);
});
after(async () => {
  await Promise.all([browser.close(), service.stop(), bare.stop()]);
  box.close();
  await carrier.close();
});

interface Me {
  email: string | null;
  email_verified: boolean;
  ntfy: string | null;
  channels: string[];
  digest: string | null;
  notify: Record<string, boolean>;
}

async function settings(at: Service, person: Person, locale = "en"): Promise<Page> {
  const page = await (await profile(browser, { locale })).newPage();
  await signIn(page, at, person);
  await page.goto(`${at.url}/app/settings`);
  await page.locator(".way").first().waitFor();
  return page;
}

const saved = async (person: Person, is: (me: Me) => boolean): Promise<void> => {
  const me = () => service.call<Me>("GET", "/me", person.token);
  await until(async () => is(await me())).catch(() => undefined);
  assert.ok(is(await me()), JSON.stringify(await me()));
};

test("an e-mail address is given with the password, confirmed by the code that comes to it, and taken away", async () => {
  const person = await service.person();
  const page = await settings(service, person);
  await page.getByRole("button", { name: "Give an address" }).click();
  await page.getByLabel("E-mail address").fill("me@example.org");
  await page.locator("#email-password").fill("not the right one at all");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "not your password" }).waitFor();
  await page.locator("#email-password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  const field = page.getByLabel("Code from the e-mail");
  await field.waitFor();
  const code = await until(() => /\b\d{6}\b/.exec(box.mails.find(({ to }) => to === "me@example.org")?.text.split("\n\n").at(-1) ?? "")?.[0]);
  await field.fill(code === "000000" ? "000001" : "000000");
  await page.keyboard.press("Enter");
  await page.locator(".wrong").waitFor();
  await field.fill(code);
  await page.keyboard.press("Enter");
  await page.locator("output", { hasText: "me@example.org" }).waitFor();
  await saved(person, (me) => me.email_verified);
  await forgets(person);
  const assigned = page.getByRole("switch", { name: "What others leave for me" });
  assert.equal(await assigned.isEnabled(), true); // reached by e-mail, without any phone
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Give an address" }).waitFor();
  await saved(person, (me) => me.email === null);
  assert.equal(await assigned.isEnabled(), false);
  await page.context().close();
});

/** A link that sets a new password comes to the confirmed address, whoever asks. */
async function forgets({ username }: Person): Promise<void> {
  const page = await (await profile(browser)).newPage();
  const before = box.mails.length;
  await page.goto(`${service.url}/app/signin`);
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("User name").fill(username);
  await page.keyboard.press("Enter");
  await page.locator(".told", { hasText: "a link is on its way" }).waitFor();
  const mail = await until(() => box.mails[before]);
  assert.equal(mail.to, "me@example.org");
  await page.context().close();
}

test("an ntfy topic is shown whole once, gets the pushes, and is taken away", async () => {
  const person = await service.person();
  const page = await settings(service, person);
  await page.getByRole("button", { name: "Get a topic" }).click();
  const address = await page.getByLabel("Address of the topic").inputValue();
  await page.getByRole("switch", { name: "To-dos I add myself" }).click();
  await saved(person, (me) => me.ntfy !== null && me.notify.created === true);
  await service.todo(person, { title: "buy bread" });
  await until(() => box.pushes.some(({ topic, text }) => address.endsWith(topic) || text.includes(address.split("/").at(-1)!)));
  await page.goto(`${service.url}/app/messages`);
  await page.locator(".thing", { hasText: "push by ntfy" }).first().waitFor();
  await page.goto(`${service.url}/app/settings`);
  const masked = await page.getByLabel("Pushes by ntfy").innerText();
  assert.ok(masked && !address.endsWith(masked), masked);
  assert.equal(await page.getByLabel("Address of the topic").count(), 0);
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Get a topic" }).waitFor();
  await saved(person, (me) => me.ntfy === null);
  await page.context().close();
});

test("the ways are put in order and left out, one stays; the digest has its hour; each switch is one change", async () => {
  const person = await service.person();
  await service.givePhone(person, "+5511987651234", () => carrier.texts.at(-1)?.text ?? "");
  const page = await settings(service, person);
  await page.getByRole("button", { name: "E-mail: earlier" }).click();
  await saved(person, (me) => isDeepStrictEqual(me.channels, ["email", "sms", "ntfy"]));
  const way = (name: string) => page.getByRole("switch", { name, exact: true });
  await way("ntfy").click();
  await way("E-mail").click();
  await saved(person, (me) => isDeepStrictEqual(me.channels, ["sms"]));
  assert.equal(await way("Text message").isDisabled(), true);
  await way("ntfy").click();
  await saved(person, (me) => isDeepStrictEqual(me.channels, ["sms", "ntfy"]));
  await page.getByRole("switch", { name: "The day in one message" }).click();
  await saved(person, (me) => me.digest === "08:00");
  await page.getByLabel("Comes at").fill("06:45");
  await page.keyboard.press("Enter");
  await saved(person, (me) => me.digest === "06:45");
  for (const [name, member] of [["To-dos I add myself", "created"], ["What others leave for me", "assigned"], ["Reminders", "reminders"], ["New devices", "security"]] as const) {
    const toggle = page.getByRole("switch", { name });
    const was = await toggle.isChecked();
    await toggle.click();
    await saved(person, (me) => me.notify[member] === !was);
  }
  await page.route("**/me", (route) => (route.request().method() === "PATCH" ? route.fulfill({ status: 503, body: "{}" }) : route.continue()));
  await page.getByRole("switch", { name: "The day in one message" }).click();
  await page.locator(".toast", { hasText: "was not saved" }).waitFor();
  await until(() => page.getByRole("switch", { name: "The day in one message" }).isChecked());
  await page.context().close();
});

test("a reminder is set for a usual time, or for any number of minutes, hours or days, and unset", async () => {
  const person = await service.person();
  const { id } = await service.todo(person, { quick: "call the dentist today" });
  const page = await (await profile(browser)).newPage();
  await signIn(page, service, person);
  await row(page, "dentist").locator(".row-open").click();
  const stored = async () => (await service.call<{ remind: number | null }>("GET", `/todo/${id}`, person.token)).remind;
  const remind = page.getByLabel("Reminder", { exact: true });
  await page.locator(".panel").waitFor();
  await remind.selectOption({ label: "10 minutes before" });
  await until(async () => (await stored()) === 10);
  await remind.selectOption({ label: "Other …" });
  await page.getByRole("spinbutton", { name: "Reminder" }).fill("3");
  await page.getByLabel("Unit").selectOption("hour");
  await page.keyboard.press("Enter");
  await until(async () => (await stored()) === 180);
  assert.equal(await page.locator("select[id]").filter({ hasText: "3 hours before" }).inputValue(), "180");
  await remind.selectOption({ label: "Never" });
  await until(async () => (await stored()) === null);
  await remind.selectOption({ label: "Other …" });
  await page.getByRole("spinbutton", { name: "Reminder" }).fill("400000"); // beyond four weeks: nothing is sent
  await page.keyboard.press("Enter");
  await page.getByLabel("Date", { exact: true }).or(page.getByLabel("Due")).first().fill("");
  await page.keyboard.press("Enter");
  await remind.waitFor({ state: "detached" });
  assert.equal(await stored(), null);
  await page.context().close();
});

test("what the service says in English is told in Portuguese: fields, problems, and why a text failed", async () => {
  const person = await service.person("pt-BR");
  await service.givePhone(person, "+5511987659876", () => carrier.texts.at(-1)?.text ?? "");
  carrier.refuse = /uma tarefa/i;
  await service.todo(person, { title: "ligar para o encanador" });
  const page = await settings(service, person, "pt-BR");
  await page.locator("#current").fill(PASSWORD);
  await page.locator("#password").fill("curta");
  await page.getByRole("button", { name: "Mudar a senha" }).click();
  await page.locator(".wrong", { hasText: /Use pelo menos \d+ caracteres/ }).waitFor();
  await page.goto(`${service.url}/app/messages`);
  await page.locator(".thing", { hasText: "A Vonage recusou (422)" }).waitFor({ timeout: 8_000 });
  carrier.refuse = undefined;

  const other = await bare.person("pt-BR");
  const closed = await settings(bare, other, "pt-BR");
  await closed.getByRole("button", { name: "Criar um tópico" }).click();
  await closed.getByText("Este serviço não envia nada pelo ntfy").waitFor();
  await closed.getByRole("button", { name: "Informar um endereço" }).click();
  await closed.getByLabel("Endereço de e-mail").fill("eu@example.org");
  await closed.locator("#email-password").fill(PASSWORD);
  await closed.keyboard.press("Enter");
  await closed.getByRole("alert").filter({ hasText: "Este serviço não envia e-mail" }).waitFor();
  await Promise.all([page.context().close(), closed.context().close()]);
});
