/** Debian's Chromium, and what the tests do in it. */
import { type Browser, type BrowserContext, chromium, type Page, type Request } from "playwright-core";
import { PASSWORD, type Person, type Service } from "./service.ts";

const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

export function launch(options: { bfcache?: boolean } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: ARGUMENTS,
    // Playwright switches the back/forward cache off: left out for the test of it.
    ...(options.bfcache ? { ignoreDefaultArgs: ["--disable-back-forward-cache"] } : {}),
  });
}

/** A new browser profile, English unless said otherwise. */
export function profile(browser: Browser, options: Parameters<Browser["newContext"]>[0] = {}): Promise<BrowserContext> {
  return browser.newContext({ locale: "en-US", viewport: { width: 1000, height: 800 }, ...options });
}

/** Sign in by the form; ends on Today. */
export async function signIn(page: Page, service: Service, person: Person, at = service.url): Promise<void> {
  await page.goto(`${at}/app/signin`);
  await page.locator('input[autocomplete^="username"]').fill(person.username);
  await page.locator("#password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.locator("#quick-add").waitFor();
}

/** Every request from now on whose path is this. */
export function counting(context: BrowserContext, path: string): Request[] {
  const seen: Request[] = [];
  context.on("request", (request) => {
    if (new URL(request.url()).pathname === path) seen.push(request);
  });
  return seen;
}

export const row = (page: Page, title: string) => page.locator(".row", { hasText: title });

export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What `look` gives as soon as it gives something; looks for five seconds. */
export async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  for (let tries = 0; tries < 100; tries++) {
    const found = await look();
    if (found) return found as NonNullable<Exclude<T, false>>;
    await pause(50);
  }
  throw new Error(`it never came: ${look}`);
}
