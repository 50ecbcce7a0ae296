/** Second factors: set up in the settings, asked for at sign-in and before what is delicate. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { AXE, violations } from "./axe.ts";
import { launch, profile, signIn } from "./browser.ts";
import { PASSWORD, type Person, Service } from "./service.ts";

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

const byName = () => `http://localhost:${service.port}`;

/** The code of an authenticator app in some step of 30 seconds from now (RFC 6238). */
function code(secret: string, offset = 0): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + offset));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest[19]! & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("#password").waitFor();
}

/** Wait until somebody is in, wherever they were. */
async function inside(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

async function givePassword(page: Page, person: Person): Promise<void> {
  await page.locator('input[name="username"]').fill(person.username);
  await page.locator("#password").fill(PASSWORD);
  await page.locator("#password").press("Enter");
}

/** An authenticator in the browser, as a laptop with a fingerprint reader has one. */
async function authenticator(context: BrowserContext, page: Page) {
  const devtools = await context.newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const options = {
    protocol: "ctap2" as const, transport: "internal" as const, hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", { options });
  const verified = (isUserVerified: boolean) => devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  const present = (enabled: boolean) => devtools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  const keys = async () => (await devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
  return { verified, present, keys };
}

test("an authenticator app is set up from its QR code, asked for at the next sign-in, and a recovery code stands in for it", async () => {
  const context = await profile(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await context.addInitScript(AXE);
  const page = await context.newPage();
  const person = await service.person();
  await signIn(page, service, person);
  await page.goto(`${service.url}/app/settings`);
  await page.getByText("Off: your password is enough").waitFor();
  await page.getByText("Browsers allow passkeys only at an address with https, or at localhost").waitFor();
  await page.getByRole("button", { name: "Set up: Authenticator app" }).click();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  assert.deepEqual(await violations(page, false), []);
  const secret = (await page.locator(".factors-key").innerText()).replaceAll(/\s/g, "");
  await page.locator('input[name="first-code"]').fill("12345");
  await page.keyboard.press("Enter");
  await page.getByText("This code is wrong").waitFor();
  const first = code(secret);
  await page.locator('input[name="first-code"]').fill(first);
  await page.keyboard.press("Enter");
  const codes = (await page.locator(".factors-codes").inputValue()).split("\n");
  assert.equal(codes.length, 10);
  assert.deepEqual(await violations(page, false), []);
  await page.getByRole("button", { name: "Copy" }).click();
  await page.locator(".toast", { hasText: "Copied" }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes.join("\n"));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("dialog").getByRole("button", { name: "Download" }).click()]);
  assert.equal(readFileSync(await download.path(), "utf-8"), `${codes.join("\n")}\n`);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("10 codes are left").waitFor();

  await signOut(page);
  await givePassword(page, person);
  const field = page.locator('input[name="code"]');
  await field.waitFor();
  assert.equal(await field.evaluate((field) => document.activeElement === field), true);
  assert.deepEqual(await violations(page, false), []);
  await field.fill(first);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "was used before" }).waitFor();
  await field.fill(code(secret, 1));
  await page.keyboard.press("Enter");
  await inside(page);

  await signOut(page);
  await givePassword(page, person);
  await field.fill(codes[0]!);
  await page.keyboard.press("Enter");
  await inside(page);
  await page.goto(`${service.url}/app/settings`);
  await page.getByText("9 codes are left").waitFor();
  await page.getByRole("button", { name: "Remove: Authenticator app" }).click();
  await page.getByText("Off: your password is enough").waitFor();
  await context.close();
});

test("a passkey is added, lets in alone and after a password, and is removed", async () => {
  const context = await profile(browser);
  // Chromium's virtual authenticator takes what is offered by itself: the next test looks at that.
  await context.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
  const page = await context.newPage();
  const person = await service.person();
  const { verified, keys } = await authenticator(context, page);
  await signIn(page, service, person, byName());
  await page.goto(`${byName()}/app/settings`);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.locator('input[name="passkey-name"]').fill("laptop");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.locator(".thing", { hasText: "laptop" }).filter({ hasText: "not used yet" }).waitFor();
  assert.deepEqual((await keys()).map(({ rpId, isResidentCredential }) => [rpId, isResidentCredential]), [["localhost", true]]);

  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await inside(page);

  await signOut(page);
  await givePassword(page, person);
  const second = page.getByRole("button", { name: "Use a passkey" });
  await second.waitFor();
  await verified(false);
  await second.click();
  await page.getByRole("alert").filter({ hasText: "No passkey was used" }).waitFor();
  await verified(true);
  await second.click();
  await inside(page);

  await page.goto(`${byName()}/app/settings`);
  await page.locator(".thing", { hasText: "last used" }).getByRole("button", { name: "Remove: laptop" }).click();
  await page.getByText("Off: your password is enough").waitFor();
  await signOut(page);
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await page.getByRole("alert").filter({ hasText: "lets nobody in here" }).waitFor();
  await context.close();
});

test("what the browser fills in for the user name offers the passkey", async () => {
  const context = await profile(browser);
  const page = await context.newPage();
  const person = await service.person();
  await authenticator(context, page);
  await signIn(page, service, person, byName());
  await page.goto(`${byName()}/app/settings`);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.locator('input[name="passkey-name"]').fill("laptop");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "I have kept them" }).click();
  const entered = page.waitForResponse((answer) => answer.url().endsWith("/login/factor"));
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.equal((await entered).status(), 200); // Chromium's virtual authenticator chooses the only one by itself
  await inside(page);
  await context.close();
});

test("what is delicate asks once more who one is, in Portuguese too, and goes on; or nothing is done", async () => {
  const context = await profile(browser, { locale: "pt-BR" });
  await context.addInitScript(AXE);
  const page = await context.newPage();
  const person = await service.person("pt-BR");
  const { present } = await authenticator(context, page);
  await present(false);
  await signIn(page, service, person, byName());
  const { secret } = await service.call<{ secret: string }>("POST", "/me/totp", person.token);
  await service.call("POST", "/me/totp/verify", person.token, { code: code(secret) });
  const database = new DatabaseSync(join(service.folder, "data/recado.db"), { timeout: 5_000 });
  database.prepare("UPDATE proof SET at = at - 660000000 WHERE user_id = ?").run(person.user_id);
  database.close();
  await page.goto(`${byName()}/app/settings`);
  const renew = page.getByRole("button", { name: "Criar novos" });
  await renew.click();
  await page.locator("#proof").waitFor();
  assert.deepEqual(await violations(page, false), []);
  await page.getByRole("dialog").getByRole("button", { name: "Cancelar" }).click();
  await page.locator(".toast", { hasText: "Isso não foi feito" }).waitFor();
  await renew.click();
  await page.locator("#proof").fill("not the right one at all");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "não é a sua senha" }).waitFor();
  await page.locator("#proof").fill(PASSWORD);
  await page.keyboard.press("Enter");
  const field = page.locator('input[name="code"]');
  await field.fill(code(secret, 1));
  assert.deepEqual(await violations(page, false), []);
  await page.keyboard.press("Enter");
  await page.locator(".factors-codes").waitFor();
  await page.getByRole("button", { name: "Já guardei" }).click();
  await page.getByText("Restam 10 códigos").waitFor();
  await context.close();
});
