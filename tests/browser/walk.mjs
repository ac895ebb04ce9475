// Walks the pages of a demonstration in Chromium and fails where a customer would stumble:
//   an error in the console, a request to another host, more than 30 kB for a page without photos, a violation of
//   WCAG 2.2 AA that axe-core finds, anything wider than the screen (with large letters, too), a status, sum or address
//   below the first screen of a small phone, a path that the keyboard cannot go, a page that changes without scripts.
// A new page is one more line in `pages`.
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const MOST_BYTES = 30_000;
const { BASE, CODES, OUT } = process.env;
const LANGS = ["ru", "ky", "en"];
const SCREENS = { phone: { width: 360, height: 640 }, desk: { width: 1280, height: 800 } };
const only = process.argv.slice(2);

// The demonstration prints its orders: the phone of the n-th ends with 3000 + n.
const orders = readFileSync(CODES, "utf8").split("\n").map((line) => line.match(/^ {2}(TG-\S+)\s+(\w+)$/)).filter(Boolean)
  .map(([, code, status], index) => ({ code, status, last4: String(3000 + index) }));
const order = (status) => orders.find((one) => one.status === status) ?? fail(`no order is ${status}`);
const ready = order("ready_for_pickup"), quoted = order("quoted"), confirmed = order("confirmed");

// name, address; `status` where it is not 200; `first` are selectors that the first screen of a phone must show;
// `open` is an order whose details are opened first; `photos` says that photos may come on top of the bytes.
const SHOWN = ["h1", ".sum", ".place .name + p"];
const pages = [
  { name: "home", path: "/" },
  { name: "home-mistyped", path: "/t?code=TG-hello", status: 400 },
  { name: "price", path: "/price" },
  { name: "price-counted", path: "/price?weight_kg=4,2&length_cm=40&width_cm=30&height_cm=25&goods_cny=899" },
  { name: "price-wrong", path: "/price?weight_kg=four", status: 422 },
  { name: "request", path: "/request" },
  { name: "sign-in", path: "/my/sign-in" },
  { name: "problem", path: "/problems/balance_due", lang: "en" },
  ...orders.map(({ code, status }, index) => ({
    name: `order-${status}${orders.findIndex((one) => one.status === status) < index ? "-2" : ""}`,
    path: `/t/${code}`,
    first: status === "cancelled" || status === "picked_up" ? ["h1", ".place .name + p"] : SHOWN,
  })),
  { name: "order-unknown", path: "/t/TG-00000-00000-0", status: 404 },
  { name: "locked", path: `/t/${ready.code}/details` },
  { name: "details-quoted", path: `/t/${quoted.code}/details`, open: quoted },
  { name: "details-confirmed", path: `/t/${confirmed.code}/details`, open: confirmed },
  { name: "details-ready", path: `/t/${ready.code}/details`, open: ready },
].filter((page) => only.length === 0 || only.some((name) => page.name.startsWith(name)));

const wrong = [];
let heaviest = 0, looked = 0;
function fail(why) { throw new Error(why); }
function expect(is, where, what) { if (!is) { wrong.push(`${where}: ${what}`); console.log(`FAILED ${where}: ${what}`); } }

mkdirSync(OUT, { recursive: true });
await delayTheTruck();
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [screen, viewport] of Object.entries(SCREENS)) {
  for (const colorScheme of ["light", "dark"]) {
    // Without scripts the colours are those of the sheet alone: once is enough.
    for (const javaScriptEnabled of colorScheme === "light" ? [true, false] : [true]) {
      for (const lang of LANGS) {
        const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled, locale: lang, reducedMotion: "reduce" });
        for (const page of pages) await look(context, { ...page, screen, colorScheme, javaScriptEnabled, lang });
        await context.close();
      }
    }
  }
}
await largeLetters();
await onPaper();
await byKeyboard();
await copies();
await browser.close();
console.log(`${looked} pages looked at, the heaviest has ${heaviest} bytes; screenshots are in ${OUT}`);
if (wrong.length > 0) {
  console.error(`FAILED ${wrong.length}:\n${wrong.join("\n")}`);
  process.exit(1);
}

function address(page) {
  return `${BASE}${page.path}${page.path.includes("?") ? "&" : "?"}lang=${page.lang}`;
}

async function open(tab, order, lang) {
  await tab.goto(`${BASE}/t/${order.code}/details?lang=${lang}`);
  if (await tab.locator("#tail").count() === 0) return;
  await tab.fill("#tail", order.last4);
  await Promise.all([tab.waitForNavigation(), tab.press("#tail", "Enter")]);
}

async function look(context, page) {
  const where = `${page.name} ${page.screen} ${page.lang} ${page.colorScheme} ${page.javaScriptEnabled ? "script" : "no-script"}`;
  const tab = await context.newPage();
  if (page.open) await open(tab, page.open, page.lang);
  const status = page.status ?? 200;
  tab.on("console", (message) => {
    const isOwnStatus = status >= 400 && message.text().includes(`status of ${status}`);
    if (message.type() === "error" && !isOwnStatus) expect(false, where, `console: ${message.text()}`);
  });
  tab.on("pageerror", (error) => expect(false, where, `script: ${error.message}`));
  tab.on("request", (request) => expect(request.url().startsWith(BASE), where, `asks ${request.url()}`));
  const wire = await context.newCDPSession(tab);
  await wire.send("Network.enable");
  await wire.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  wire.on("Network.loadingFinished", (done) => { bytes += done.encodedDataLength; });
  const answer = await tab.goto(address(page), { waitUntil: "load" });
  expect(answer.status() === status, where, `status ${answer.status()}`);
  looked += 1;
  heaviest = Math.max(heaviest, bytes);
  expect(bytes > 0 && bytes <= MOST_BYTES, where, `${bytes} bytes`);
  expect((await tab.title()).length > 5, where, "no title");
  expect(await tab.locator("html").getAttribute("lang") === (page.name === "problem" ? "en" : page.lang), where, "another language");
  await fits(tab, where);
  if (page.first && page.screen === "phone") {
    for (const selector of page.first) {
      const box = await tab.locator(selector).first().boundingBox();
      expect(box && box.y + box.height <= SCREENS.phone.height, where, `${selector} ends at ${box && Math.round(box.y + box.height)}`);
    }
  }
  // Words change nothing that axe looks at but how wide they are, so one language is enough everywhere.
  const isEnough = page.lang === "ru" || (page.screen === "phone" && page.colorScheme === "light");
  if (page.javaScriptEnabled && isEnough) {
    const found = await axe(tab);
    expect(found.length === 0, where, found.join("; "));
    const file = `${OUT}/${page.name}-${page.screen}-${page.lang}-${page.colorScheme}`;
    await tab.screenshot({ path: `${file}.png` });
    if (page.screen === "phone" && page.lang === "ru") await tab.screenshot({ path: `${file}-whole.png`, fullPage: true });
  }
  await tab.close();
}

async function fits(tab, where) {
  const [wide, screen] = await tab.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(wide <= screen, where, `${wide} wide on ${screen}`);
}

async function axe(tab) {
  await tab.evaluate(AXE);
  const { violations } = await tab.evaluate((tags) => window.axe.run({ runOnly: tags }), TAGS);
  return violations.map((one) => `${one.id} (${one.nodes.map((node) => node.target.join(" ")).join(", ")})`);
}

// Letters of twice the usual size, as old eyes set them.
async function largeLetters() {
  const context = await browser.newContext({ viewport: SCREENS.phone, locale: "ru" });
  for (const page of pages) {
    const tab = await context.newPage();
    const wire = await context.newCDPSession(tab);
    await wire.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
    if (page.open) await open(tab, page.open, "ru");
    await tab.goto(address({ lang: "ru", ...page }));
    const size = await tab.evaluate(() => parseFloat(getComputedStyle(document.body).fontSize));
    expect(size > 30, page.name, `large letters are ${size}px`);
    await fits(tab, `${page.name} large`);
    await tab.screenshot({ path: `${OUT}/${page.name}-large.png` });
    await tab.close();
  }
  await context.close();
}

async function onPaper() {
  const context = await browser.newContext({ viewport: { width: 794, height: 1123 }, locale: "ru" });
  const tab = await context.newPage();
  await tab.emulateMedia({ media: "print" });
  await tab.goto(`${BASE}/t/${ready.code}?lang=ru`);
  for (const selector of [".code", "h1", ".sum", ".place .name + p", "#pay .qr svg", ".share .qr svg"]) {
    expect(await tab.locator(selector).first().isVisible(), "paper", `no ${selector}`);
  }
  for (const selector of ["nav", "form", "#details", ".place .buttons a[href^=https]", ".pay .button"]) {
    expect(!(await tab.locator(selector).first().isVisible()), "paper", `${selector} is printed`);
  }
  await tab.screenshot({ path: `${OUT}/paper.png`, fullPage: true });
  await context.close();
}

// From the first page to the details, and every stop on the way can be seen.
async function byKeyboard() {
  const context = await browser.newContext({ viewport: SCREENS.phone, locale: "ru", javaScriptEnabled: true });
  const tab = await context.newPage();
  await tab.goto(`${BASE}/?lang=ru`);
  await tabTo(tab, "code");
  await tab.keyboard.type(ready.code.toLowerCase().replaceAll("-", " "));
  await Promise.all([tab.waitForNavigation(), tab.keyboard.press("Enter")]);
  expect(tab.url().includes(`/t/${ready.code}`), "keyboard", `came to ${tab.url()}`);
  await tabTo(tab, "tail");
  await tab.keyboard.type("0000");
  await Promise.all([tab.waitForNavigation(), tab.keyboard.press("Enter")]);
  expect(await tab.locator("[role=alert]").count() === 1, "keyboard", "a wrong end is not told");
  await tab.screenshot({ path: `${OUT}/locked-wrong.png` });
  await tabTo(tab, "tail");
  await tab.keyboard.type(ready.last4);
  await Promise.all([tab.waitForNavigation(), tab.keyboard.press("Enter")]);
  expect(await tab.locator("dl.sums").count() > 0, "keyboard", "the details did not open");
  await context.close();
}

async function tabTo(tab, id) {
  for (let stop = 0; stop < 60; stop++) {
    await tab.keyboard.press("Tab");
    const at = await tab.evaluate(() => {
      const focused = document.activeElement;
      const style = getComputedStyle(focused);
      return { id: focused.id, name: focused.textContent.trim().slice(0, 30), outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
    });
    expect(at.outline, "keyboard", `nothing shows the focus at ${at.id || at.name}`);
    if (at.id === id) return;
  }
  expect(false, "keyboard", `#${id} was not reached`);
}

async function copies() {
  const context = await browser.newContext({ viewport: SCREENS.phone, locale: "ru", permissions: ["clipboard-read", "clipboard-write"] });
  const tab = await context.newPage();
  await tab.goto(`${BASE}/t/${ready.code}?lang=ru`);
  await tab.click("[data-copy]");
  await tab.waitForFunction(() => document.getElementById("copied").textContent !== "");
  const copied = await tab.evaluate(() => navigator.clipboard.readText());
  expect(copied === `${BASE}/t/${ready.code}`, "copy", `copied ${copied}`);
  await context.close();
}

// The demonstration's truck is on time; this one is not.
async function delayTheTruck() {
  const call = async (method, path, body, token) => {
    const answer = await fetch(BASE + path, {
      method,
      headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
    });
    const json = await answer.json();
    return answer.ok ? json : fail(`${method} ${path}: ${JSON.stringify(json)}`);
  };
  const { access_token: token } = await call("POST", "/v1/auth/login", { login: "warehouse", password: "demo-warehouse" });
  const { items } = await call("GET", "/v1/shipments", undefined, token);
  const truck = items.filter((one) => one.status === "departed")[0] ?? fail("no truck is on the road");
  const news = { place: "Torugart", status: "delayed", reason: "снегопад на перевале", delay_minutes: 2880 };
  await call("POST", `/v1/shipments/${truck.code}/checkpoints`, news, token);
}
