/** Pictures of every screen, into the folder `screenshots/`, which is not committed. `node e2e/shots.ts [name …]` */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, pause, profile, signIn } from "./browser.ts";
import { Carrier } from "./carrier.ts";
import { household, SCREENS } from "./screens.ts";
import { Service } from "./service.ts";

const OUT = process.env.SHOTS ?? join(import.meta.dirname, "../../screenshots");
const LOOKS = [
  { name: "desktop", width: 1280, height: 800, theme: "light", locale: "en" },
  { name: "dark", width: 1280, height: 800, theme: "dark", locale: "pt-BR" },
  { name: "phone", width: 390, height: 780, theme: "light", locale: "pt-BR" },
] as const;
const wanted = process.argv.slice(2);

mkdirSync(OUT, { recursive: true });
const carrier = await Carrier.open();
const service = await Service.start(carrier.settings);
const browser = await launch();
try {
  for (const look of LOOKS) {
    const house = await household(service, carrier, look.locale);
    const options = { locale: look.locale, colorScheme: look.theme, viewport: { width: look.width, height: look.height } };
    const inside = await profile(browser, options);
    await signIn(await inside.newPage(), service, house.person);
    for (const screen of SCREENS(house)) {
      if (wanted.length && !wanted.includes(screen.name)) continue;
      const context = screen.signedOut ? await profile(browser, options) : inside;
      const page = await context.newPage();
      await page.goto(service.url + screen.path);
      await page.locator(screen.ready).first().waitFor();
      if (screen.click) await page.locator(screen.click).click();
      for (const key of screen.press?.split(",") ?? []) await page.keyboard.press(key);
      await pause(500);
      await page.screenshot({ path: join(OUT, `${screen.name}-${look.name}.png`) });
      await page.close();
    }
  }
} finally {
  await browser.close();
  await service.stop();
  await carrier.close();
}
