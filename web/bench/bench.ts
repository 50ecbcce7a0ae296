/** Measures the page in Chromium against the real service: paint times, 10,000 rows on a slow processor, Lighthouse. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launch, pause, profile, signIn } from "../e2e/browser.ts";
import { type Person, Service } from "../e2e/service.ts";

const ROWS = Number(process.env.ROWS ?? 10_000);

/** From the key that sends the line to the frame that shows it, with a server that takes 1.5 s. */
async function paint(browser: Browser, service: Service): Promise<number[]> {
  const page = await (await profile(browser)).newPage();
  await signIn(page, service, await service.person());
  await page.route(/\/todo/, async (route) => {
    await pause(1_500);
    await route.continue();
  });
  const times: number[] = [];
  for (let turn = 0; turn < 20; turn++) {
    await page.keyboard.press("q");
    await page.locator("#quick-add").fill(`bread ${turn}`);
    times.push(
      await page.evaluate(
        (title) =>
          new Promise<number>((resolve) => {
            const began = performance.now();
            const form = document.querySelector<HTMLFormElement>("form.quick")!;
            const look = () => {
              const shown = [...document.querySelectorAll(".row-title")].some((one) => one.textContent === title);
              if (!shown) requestAnimationFrame(look);
              else requestAnimationFrame(() => resolve(performance.now() - began));
            };
            form.requestSubmit();
            requestAnimationFrame(look);
          }),
        `bread ${turn}`,
      ),
    );
    await page.keyboard.press("Escape");
  }
  await page.close();
  return times;
}

async function fill(service: Service, person: Person): Promise<string> {
  const list = await service.call<{ id: string }>("POST", "/list", person.token, { name: "Many" });
  for (let start = 0; start < ROWS; start += 100) {
    const items = Array.from({ length: 100 }, (_, place) => ({
      op: "create",
      todo: { title: `number ${start + place} of very many things to do`, list_id: list.id, priority: (start + place) % 5, labels: ["some"] },
    }));
    await service.call("POST", "/todo/batch", person.token, { items });
  }
  return list.id;
}

/** The longest interactions, as INP counts them (Event Timing), while somebody works quickly through 10,000 rows. */
async function inp(browser: Browser, service: Service): Promise<{ loaded: number; interactions: number[] }> {
  const person = await service.person();
  const list = await fill(service, person);
  const page = await (await profile(browser)).newPage();
  await signIn(page, service, person);
  const began = Date.now();
  await page.goto(`${service.url}/app/list/${list}`);
  await page.waitForFunction((rows) => document.querySelector(`.side-item[aria-current] .count`)?.textContent === String(rows), ROWS);
  const loaded = Date.now() - began;
  await pause(15_000); // what is kept on disk is written meanwhile
  const throttle = await page.context().newCDPSession(page);
  await throttle.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  await observe(page);
  if (process.env.VERBOSE) page.on("console", (message) => console.log(message.text()));
  for (let turn = 0; turn < 12; turn++) {
    for (const key of ["j", "j", "e", "2", "k", "Control+z"]) {
      await page.evaluate((key) => void Object.assign(window, { doing: key }), key);
      await page.keyboard.press(key, { delay: 20 });
      await pause(250);
    }
  }
  for (let turn = 0; turn < 5; turn++) {
    await page.mouse.wheel(0, 2_000);
    await pause(300);
    await page.locator(".row input[type=checkbox]").nth(6).click();
    await pause(400);
  }
  await page.keyboard.press("q");
  await page.keyboard.type("one more", { delay: 120 });
  await page.keyboard.press("Enter");
  await pause(1_000);
  const interactions = await page.evaluate(() => [...(window as unknown as { found: Map<number, number> }).found.values()]);
  await page.close();
  return { loaded, interactions: interactions.sort((a, b) => b - a) };
}

async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const found = new Map<number, number>();
    Object.assign(window, { found });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as { name: string; interactionId: number; duration: number }[]) {
        if (entry.duration > 50) console.log(`  ${entry.name} ${Math.round(entry.duration)} ms at ${Math.round(performance.now())} ${(window as unknown as { doing?: string }).doing ?? ""}`);
        if (entry.interactionId) found.set(entry.interactionId, Math.max(entry.duration, found.get(entry.interactionId) ?? 0));
      }
    }).observe({ type: "event", durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });
}

function lighthouse(service: Service): Record<string, number> {
  const folder = mkdtempSync(join(tmpdir(), "lighthouse-"));
  try {
    const out = join(folder, "report.json");
    const flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run";
    const program = join(import.meta.dirname, "node_modules/lighthouse/cli/index.js");
    const words = [program, `${service.url}/`, "--quiet", "--output=json", `--output-path=${out}`, `--chrome-flags=${flags}`];
    execFileSync(process.execPath, [...words, "--only-categories=performance,accessibility,best-practices"], {
      env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? "/usr/bin/chromium" },
      stdio: "ignore",
    });
    const report = JSON.parse(readFileSync(out, "utf-8")) as Report;
    for (const audit of Object.values(report.audits)) {
      if (audit.score !== null && audit.score < 0.9) console.log(`  ${audit.id}: ${audit.displayValue ?? audit.score}`);
    }
    return Object.fromEntries(Object.entries(report.categories).map(([name, { score }]) => [name, Math.round(score * 100)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  categories: Record<string, { score: number }>;
  audits: Record<string, { id: string; score: number | null; displayValue?: string }>;
}

const only = process.argv[2] ?? "";
const service = await Service.start();
const browser = await launch();
try {
  const times = only === "inp" || only === "lighthouse" ? [0] : (await paint(browser, service)).sort((a, b) => a - b);
  if (times.length > 1) console.log(`added to-do painted: median ${times[10]!.toFixed(0)} ms, worst ${times.at(-1)!.toFixed(0)} ms (at most 100)`);
  if (!only || only === "inp") {
    const { loaded, interactions } = await inp(browser, service);
    const worst = interactions[Math.floor(interactions.length / 50)] ?? 0;
    console.log(`${ROWS} rows loaded: ${loaded} ms`);
    console.log(`INP with ${ROWS} rows, processor 6 times slower: ${worst} ms over 16 ms: ${interactions.length} (at most 50); ${interactions.slice(0, 8).join(" ")}`);
  }
  if (!only || only === "lighthouse") console.log("Lighthouse, mobile, signed out:", lighthouse(service));
} finally {
  await browser.close();
  await service.stop();
}
