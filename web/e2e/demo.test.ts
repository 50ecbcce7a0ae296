/** `recado demo` in a browser: three phones side by side, live, each with a line to answer; the to-dos follow. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AXE, faults } from "./axe.ts";
import { launch, profile, row, until } from "./browser.ts";
import { PYTHON } from "./service.ts";

/** Start it on free ports; what it prints tells where. */
async function demo(): Promise<{ process: ChildProcess; phones: string; page: string; password: string }> {
  const { PATH = "", HOME = "" } = process.env;
  const started = spawn(PYTHON, ["-m", "recado", "demo"], { env: { PATH, HOME, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  started.stdout.on("data", (part: Buffer) => (said += part.toString()));
  const find = () => /phones +(\S+)[^]*to-dos +(\S+)[^]*password +(\S+)/.exec(said);
  for (let tries = 0; tries < 5 && !find(); tries++) await until(find).catch(() => undefined);
  const [, phones = "", page = "", password = ""] = find() ?? [];
  return { process: started, phones, page, password };
}

test("texts arrive on three phones, are answered there, and the to-dos follow live; nothing that axe finds", async (t) => {
  const { process: started, phones, page: address, password } = await demo();
  const browser = await launch();
  t.after(async () => {
    await browser.close();
    started.kill("SIGINT");
    await new Promise((resolve) => started.once("exit", resolve));
  });
  const context = await profile(browser, { viewport: { width: 1280, height: 800 } });
  await context.addInitScript(AXE);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(phones);
  const phone = (name: string) => page.getByRole("region", { name });
  await phone("maria").getByText("ana deixou: buy bread").waitFor();
  assert.equal(await page.locator(".phone").count(), 3);

  const todos = await (await profile(browser)).newPage();
  await todos.goto(`${address}/app/signin`);
  await todos.locator('input[autocomplete^="username"]').fill("maria");
  await todos.locator("#password").fill(password);
  await todos.keyboard.press("Enter");
  await phone("maria").getByText("novo acesso").waitFor();
  await todos.getByRole("link", { name: /Casa/ }).click();
  await row(todos, "buy bread").waitFor();

  await phone("maria").getByRole("button", { name: "FEITO 1" }).click();
  await phone("maria").getByText("Feito: buy bread").waitFor();
  await phone("ana").getByText("maria did it: buy bread").waitFor();
  await row(todos, "buy bread").waitFor({ state: "detached" });

  await phone("rui").getByRole("textbox").fill("@maria comprar café");
  await page.keyboard.press("Enter");
  await phone("maria").getByText("rui deixou: comprar café").waitFor();
  await row(todos, "comprar café").waitFor();
  await todos.goto(`${address}/app/messages`);
  await todos.locator(".thing", { hasText: "comprar café" }).filter({ hasText: /Entregue/ }).filter({ hasText: "0,0333" }).waitFor();

  if (process.env.SHOTS) await pictures();
  assert.deepEqual(await faults(page, "phones"), []);
  assert.deepEqual(complaints, []);

  async function pictures(): Promise<void> {
    mkdirSync(process.env.SHOTS!, { recursive: true });
    for (const [name, colorScheme, width] of [["desktop", "light", 1280], ["dark", "dark", 1280], ["phone", "light", 390]] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.screenshot({ path: join(process.env.SHOTS!, `demo-${name}.png`) });
    }
  }
});
