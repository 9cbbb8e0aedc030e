// Opens reports in headless Chromium and checks what a reader relies on. Works on any report of this page.
//
//   node check.mjs REPORT.html…
//
// Needs puppeteer-core from npm (found from the working directory, from here or through NODE_PATH) and a Chromium
// (environment CHROMIUM, else the usual names in PATH). Exit code: 0 all hold, 1 some don't, 2 could not run.
import { createHash } from "node:crypto";
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch { /* not there */ }
    }
  }
  throw new Error("no Chromium found: set CHROMIUM to its path");
}

async function findPuppeteer() {
  for (const from of [pathToFileURL(`${process.cwd()}/`), import.meta.url]) {
    try {
      const module = await import(pathToFileURL(createRequire(from).resolve("puppeteer-core")));
      return module.default ?? module;
    } catch { /* look further */ }
  }
  throw new Error("puppeteer-core not found: npm install puppeteer-core");
}

const list = (value) => (Array.isArray(value) ? value : []);
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// ── In the page ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Texts whose contrast with what lies behind them is under 4.5. */
function faint() {
  const parse = (colour) => {
    const found = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
    return found.length === 3 ? [...found, 1] : found;
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255).map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0.5) return colour;
    }
    return [255, 255, 255, 1];
  };
  const bad = new Map();
  for (const element of document.querySelectorAll("body *:not(script):not(option):not(optgroup)")) {
    const isSvg = element instanceof SVGElement;
    if (isSvg && (element.tagName !== "text" || element.closest("#chart-hours"))) continue;
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (element.closest(".sr, .skip, details:not([open]) > :not(summary)") || !element.getClientRects().length) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(parse(isSvg ? style.fill : style.color)), light(behind(element))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < 4.5) bad.set(`${element.tagName.toLowerCase()}.${isSvg ? "" : element.className}`, contrast.toFixed(2));
  }
  return [...bad].map(([name, contrast]) => `${name} ${contrast}`);
}

/** What the page holds that the page itself didn't put there, or shouldn't have. */
function strangers() {
  const allowed = new Set("html head meta title link style body a header h1 h2 h3 p noscript aside nav ol ul li details summary form fieldset legend label span select option optgroup input datalist button main section script small strong b bdi code dl div dt dd table caption thead tbody tfoot tr th td figure figcaption article mark sup svg g path text defs pattern rect image clippath lineargradient stop tspan".split(" "));
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    const name = element.tagName.toLowerCase();
    if (!allowed.has(name)) found.push(`element ${name}`);
    for (const attribute of element.attributes) {
      if (/^on/i.test(attribute.name)) found.push(`${name} has ${attribute.name}`);
      if (/^(src|href|xlink:href|action|formaction|srcset|data)$/i.test(attribute.name) && !/^(#|data:)/.test(attribute.value)) found.push(`${name} ${attribute.name}=${attribute.value.slice(0, 40)}`);
    }
  }
  const scripts = document.querySelectorAll("script").length;
  if (scripts !== 3) found.push(`${scripts} script elements instead of 3`);
  return [...new Set(found)];
}

/** The source text that a filled element shows, its spelled-out characters put back. */
function shownTexts() {
  const back = (node) => {
    if (node.nodeType === 3) return node.data;
    if (node.dataset.code) return String.fromCodePoint(parseInt(node.dataset.code, 16));
    return node.classList.contains("ref") ? "" : [...node.childNodes].map(back).join("");
  };
  return [...document.querySelectorAll("#cases > .case")].map((one) => ({
    row: Number(one.dataset.row), texts: [...one.querySelectorAll(".text")].map(back), ids: [...one.querySelectorAll(".parts > li > .where code")].map(back), joined: one.querySelector("h3 .joined")?.textContent ?? "", marked: [...one.querySelectorAll("mark")].map(back).join(""), findings: one.querySelectorAll(".findings > li").length,
  }));
}

function chartsDrawn() {
  return [...document.querySelectorAll(".chart")].map((chart) => ({
    id: chart.id, marks: Number(chart.dataset.marks), width: chart.querySelector("svg")?.getBoundingClientRect().width ?? 0, room: chart.parentElement.clientWidth, label: chart.getAttribute("aria-label"), texts: chart.querySelectorAll("svg text").length,
    drawn: [...chart.querySelectorAll("svg path")].filter((path) => {
      const style = getComputedStyle(path);
      const box = path.getBoundingClientRect();
      return box.width > 0 && box.height > 0 && style.fill !== "none" && !/, 0\)$/.test(style.fill);
    }).length,
  }));
}

// ── The checks ───────────────────────────────────────────────────────────────────────────────────────────────────

async function check(browser, path) {
  const failed = [];
  let passed = 0;
  const hold = (what, isHeld, detail = "") => {
    if (isHeld) passed += 1;
    else failed.push(detail === "" ? what : `${what}: ${detail}`);
  };
  const source = readFileSync(path, "utf8");
  const address = pathToFileURL(resolve(path)).href;
  const page = await browser.newPage();
  const errors = [];
  const requests = [];
  page.on("pageerror", (error) => errors.push(`script error: ${error.message}`));
  page.on("console", (message) => ["error", "warn", "warning", "assert"].includes(message.type()) && errors.push(`console: ${message.text()}`));
  page.on("dialog", (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => request.url().split("#")[0] !== address && !request.url().startsWith("data:") && requests.push(request.url()));
  page.on("popup", () => errors.push("a window opened"));
  await page.setViewport({ width: 1280, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);

  // The file and its start.
  const policy = source.match(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/)?.[1] ?? "";
  const hashes = [/<style>([^]*?)<\/style>/g, /<script>([^]*?)<\/script>/g].flatMap((element) => [...source.matchAll(element)].map(([, inside]) => `'sha256-${createHash("sha256").update(inside).digest("base64")}'`));
  hold("content security policy: the file's own script and style only", hashes.length === 3 && policy === `default-src 'none'; script-src ${hashes[1]} ${hashes[2]}; style-src ${hashes[0]}; img-src data:; base-uri 'none'; form-action 'none'`, policy);
  hold("markers filled", !/\/\*(STYLE|CHARTS|SCRIPT|DATA)\*\/<|"LANG"|>TITLE</.test(source));
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.sample}`));
  });
  await page.goto(address);
  const isReady = await page.waitForFunction(() => document.documentElement.dataset.ready === "1", { timeout: 60000 }).then(() => true, () => false);
  hold("page ready", isReady, errors.join("; "));
  if (!isReady) {
    await page.close();
    return { passed, failed };
  }
  const data = JSON.parse(await page.$eval("#data", (node) => node.textContent));
  const worst = list(data.worst);
  const total = worst.length;
  hold("language", (await page.evaluate(() => document.documentElement.lang)).startsWith(data.lang));
  hold("no missing word", !(await page.evaluate(() => document.body.innerText.includes("⟦"))));
  hold("title", (await page.title()).length > 0 && (await page.$eval("h1", (node) => node.textContent.length > 0)));
  hold("nine sections, none empty", (await page.$$eval("main > section", (all) => all.filter((one) => one.childElementCount > 1).length)) === 9);
  const balance = await page.$eval("#balance", (node) => ({ text: node.textContent, isAlert: node.classList.contains("alert") }));
  hold("balance shown", ["read", "judged", "rejected", "skipped"].every((key) => balance.text.includes(grouped(data.balance[key]))));
  const together = data.joined ? data.joined.notice + data.joined.warning + data.joined.severe : 0;
  const figure = await page.$eval("#joined-figure", (node) => node.textContent).catch(() => "");
  hold("joined findings told by themselves", together ? figure.includes(grouped(together)) && figure.includes(grouped(data.joined.groups)) : !figure, figure);
  hold("tiers add up without joined findings", data.tiers.clean + data.tiers.notice + data.tiers.warning + data.tiers.severe === data.balance.judged);
  const inputs = await page.$$eval("#table-inputs tbody tr[data-row]", (all) => all.map((row) => row.textContent));
  hold("inputs that couldn't be read say why", list(data.inputs).slice(0, 50).every((input, at) => input.format || (input.note && inputs[at]?.includes("–"))));
  hold("balance judged rightly", balance.isAlert === (data.balance.read !== data.balance.judged + data.balance.rejected + data.balance.skipped));

  // Hostile text.
  const visit = async () => {
    const found = await page.evaluate(strangers);
    hold("hostile text is inert", !found.length, found.join("; "));
  };
  await visit();

  // Charts.
  const charts = async (when) => {
    for (const chart of await page.evaluate(chartsDrawn)) {
      hold(`${chart.id} drawn ${when}`, chart.texts > 0 && chart.drawn >= chart.marks, `${chart.drawn} shapes for ${chart.marks} values`);
      hold(`${chart.id} fits ${when}`, chart.width > 0 && chart.width <= chart.room + 1, `${chart.width} in ${chart.room}`);
      hold(`${chart.id} has a description`, Boolean(chart.label));
    }
  };
  const expected = [[list(data.days).length, "time"], [list(data.hours).some((cell) => cell.messages), "hours"], [list(data.categories).length, "categories"], [list(data.agencies).length, "agencies"]];
  for (const [isThere, id] of expected) hold(`chart ${id}`, !isThere || Boolean(await page.$(`#chart-${id} svg`)));
  await charts("on a screen");

  // Lists and their counts.
  const counts = () => page.$$eval(".count", (lines) => Object.fromEntries(lines.map((line) => [line.id.slice(6), { shown: Number(line.dataset.shown), matched: Number(line.dataset.matched), total: Number(line.dataset.total), text: line.textContent }])));
  const rows = () => page.evaluate(() => Object.fromEntries([...[...document.querySelectorAll("table[data-table]")].map((table) => [table.dataset.table, table.querySelectorAll("tbody tr[data-row]").length]), ["worst", document.querySelectorAll("#cases > .case").length]]));
  const agree = async (when) => {
    const told = await counts();
    const there = await rows();
    for (const [id, count] of Object.entries(told)) hold(`${id}: rows as told ${when}`, there[id] === count.shown, `${there[id]} rows, ${count.shown} told`);
    return told;
  };
  let told = await agree("at first");
  for (const [id, count] of Object.entries(told)) hold(`${id}: at most 50 rows at first`, count.shown <= 50 && count.matched === count.total);
  for (const [id, count] of Object.entries(told)) {
    if (count.total <= 50) continue;
    // Not by mouse: cases are laid out as they come into view, and the button moves meanwhile.
    await page.$eval(`#all-${id}`, (button) => button.click());
    hold(`${id}: show all`, (await counts())[id].shown === count.total);
  }
  told = await agree("after showing all");

  // Texts and evidence.
  await page.$$eval("#cases button.whole", (buttons) => buttons.forEach((button) => button.click()));
  const shown = await page.evaluate(shownTexts);
  hold("all cases there", shown.length === total);
  for (const one of shown) {
    const record = worst[one.row];
    // A carriage return can't live in a page's text as it is; the page spells it out, so it comes back.
    const characters = Array.from(record.text);
    const parts = list(record.parts);
    const texts = parts.length ? parts.map((part) => characters.slice(part.start, part.end).join("")) : [record.text];
    if (JSON.stringify(one.texts) !== JSON.stringify(texts)) hold(`case ${one.row + 1} shows its text`, false);
    if (JSON.stringify(one.ids) !== JSON.stringify(parts.map((part) => part.id))) hold(`case ${one.row + 1} shows its messages in their order`, false, one.ids.join(" "));
    if (parts.length ? !one.joined.includes(parts.length) : one.joined) hold(`case ${one.row + 1} tells whether it is joined`, false, one.joined);
    const isMarked = characters.map((_, at) => list(record.spans).some((span) => at >= span.start && at < span.end));
    if (one.marked !== characters.filter((_, at) => isMarked[at]).join("")) hold(`case ${one.row + 1} underlines its evidence`, false, one.marked.slice(0, 60));
    if (one.findings !== list(record.findings).length) hold(`case ${one.row + 1} shows its findings`, false);
  }
  hold("cases compared", true);
  await visit();

  // Filters, each with what they must leave over, counted from the data.
  const filter = async (name, set, keeps) => {
    await set();
    await sleep(400);
    const now = await agree(`with ${name}`);
    if (total) {
      const left = worst.filter(keeps).length;
      hold(`filter ${name}`, now.worst.matched === left, `${now.worst.matched} cases, should be ${left}`);
      hold(`filter ${name} is told`, now.worst.text.includes(grouped(left)) || left === total);
    }
    await page.$eval("#reset", (button) => button.click());
    await sleep(200);
    const back = await counts();
    hold(`filter ${name} reset`, Object.values(back).every((count) => count.matched === count.total));
    return now;
  };
  const select = (id, value) => () => page.select(id, value);
  const type = (id, text) => () => page.$eval(id, (field, value) => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);
  const categories = (one) => [...list(one.findings), ...list(one.spans)].map((row) => row.category);
  await page.evaluate(() => { document.getElementById("filters").open = true; });
  for (const tier of ["severe", "warning", "notice"]) await filter(`tier ${tier}`, () => page.$eval(`#filter-tier-${tier}`, (box) => box.click()), (one) => one.tier === tier);
  for (const { id } of list(data.categories).slice(0, 3)) await filter(`category ${id}`, select("#filter-category", id), (one) => categories(one).includes(id));
  const someRule = worst.flatMap((one) => list(one.findings)).map((row) => row.rule).pop() ?? list(data.rules)[0]?.id;
  if (someRule) await filter(`rule ${someRule}`, select("#filter-rule", someRule), (one) => list(one.findings).some((row) => row.rule === someRule));
  const someAgency = worst.map((one) => one.agency).find(Boolean) ?? list(data.agencies)[0]?.name;
  if (someAgency) await filter("agency", type("#filter-agency", someAgency), (one) => (one.agency ?? "").toLowerCase() === someAgency.trim().toLowerCase());
  const nothing = await filter("nothing fits", type("#filter-text", "∅nothing∅reads∅so∅"), () => false);
  for (const [id, count] of Object.entries(nothing)) hold(`${id}: search reaches it`, id === "inputs" || count.matched === 0);
  if (total) {
    const word = Array.from(worst[total - 1].text.replace(/\s/g, "")).slice(0, 3).join("");
    await type("#filter-text", word)();
    await sleep(400);
    const now = await counts();
    hold("search finds a case by its words", /\s/.test(worst[total - 1].text.slice(0, 8)) || now.worst.matched >= 1);
    await page.$eval("#reset", (button) => button.click());
    await sleep(200);
  }

  // Sorting, with the keyboard.
  for (const id of await page.$$eval("table[data-table]", (tables) => tables.map((table) => table.dataset.table))) {
    const heads = await page.$$(`#table-${id} thead button`);
    for (const head of heads) {
      await head.focus();
      await page.keyboard.press("Enter");
      const first = await head.evaluate((button) => button.closest("th").getAttribute("aria-sort"));
      await page.keyboard.press("Enter");
      const second = await head.evaluate((button) => button.closest("th").getAttribute("aria-sort"));
      hold(`${id}: sorting by Enter`, first !== "none" && second !== "none" && first !== second, `${first}, ${second}`);
    }
  }
  const sorted = async (id, key, values) => {
    const button = await page.$(`#table-${id} th[data-key="${key}"] button`);
    if (!button || values.length < 2) return;
    await button.evaluate((node) => node.click());
    const way = await button.evaluate((node) => node.closest("th").getAttribute("aria-sort"));
    const read = await page.$$eval(`#table-${id} tbody tr[data-row]`, (all, column) => all.map((row) => Number(row.children[column].textContent.replace(/[^\d]/g, ""))), await button.evaluate((node) => [...node.closest("tr").children].indexOf(node.closest("th"))));
    const wanted = [...values].sort((a, b) => (way === "descending" ? b - a : a - b)).slice(0, read.length);
    hold(`${id}: sorted by ${key}`, JSON.stringify(read) === JSON.stringify(wanted));
  };
  await sorted("agencies", "messages", list(data.agencies).map((row) => row.messages));
  await sorted("templates", "messages", list(data.templates).map((row) => row.messages));
  await sorted("rules", "messages", list(data.rules).map((row) => row.messages));

  // The keyboard reaches what the mouse does.
  await page.evaluate(() => { document.activeElement?.blur(); scrollTo(0, 0); });
  await page.goto(address);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "1");
  const reached = new Set();
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName));
  }
  hold("keyboard reaches filters", ["filter-category", "filter-rule", "filter-agency", "filter-text", "reset"].every((id) => reached.has(id)), [...reached].join(" "));

  // Widths and colours.
  for (const width of [360, 768, 1120, 1920]) {
    await page.setViewport({ width, height: 900 });
    await sleep(300);
    const over = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    hold(`fits ${width} px`, over <= 0, `${over} px too wide`);
  }
  await page.setViewport({ width: 360, height: 900 });
  await sleep(300);
  await charts("on a phone");
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    for (const width of [360, 1280]) {
      await page.setViewport({ width, height: 900 });
      await sleep(300);
      const weak = await page.evaluate(faint);
      hold(`contrast, ${scheme}, ${width} px`, !weak.length, weak.slice(0, 8).join("; "));
    }
  }

  // Paper: from a dark screen with a filter set, everything is printed, on white.
  await page.$eval("#filter-text", (field) => {
    field.value = "∅nothing∅reads∅so∅";
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await sleep(400);
  await page.emulateMediaType("print");
  await page.setViewport({ width: 688, height: 970 });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const printed = await page.evaluate(() => ({
    cases: document.querySelectorAll("#cases > .case").length, parts: document.querySelectorAll(".gap").length, filters: document.getElementById("filters").getClientRects().length, ground: getComputedStyle(document.body).backgroundColor,
    over: document.scrollingElement.scrollWidth - innerWidth,
  }));
  hold("print: all cases", printed.cases === total, `${printed.cases} of ${total}`);
  hold("print: whole texts", printed.parts === 0);
  hold("print: filters hidden", printed.filters === 0);
  hold("print: white ground", printed.ground === "rgb(255, 255, 255)", printed.ground);
  hold("print: fits the paper", printed.over <= 0, `${printed.over} px too wide`);
  await charts("on paper");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  hold("print: filter back afterwards", !total || (await counts()).worst.matched === 0);
  await page.emulateMediaType(null);
  await page.setViewport({ width: 1280, height: 900 });
  const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true, printBackground: true, timeout: 300000 })).toString("latin1");
  const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/g)];
  hold("print: A4", boxes.length > 0 && boxes.every(([, width, height]) => Math.abs(width - 595) < 2 && Math.abs(height - 842) < 2), boxes.length ? `${boxes[0][1]} × ${boxes[0][2]}` : "no page");

  hold("no error", !errors.length, [...new Set(errors)].slice(0, 5).join("; "));
  hold("no request", !requests.length, [...new Set(requests)].slice(0, 5).join("; "));
  await page.close();
  return { passed, failed };
}

const paths = process.argv.slice(2);
if (!paths.length) {
  console.error("node check.mjs REPORT.html…");
  process.exit(2);
}
let browser;
try {
  const puppeteer = await findPuppeteer();
  browser = await puppeteer.launch({ executablePath: findChromium(), headless: true, protocolTimeout: 300000, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
} catch (error) {
  console.error(error.message);
  process.exit(2);
}
let [passed, failed] = [0, 0];
for (const path of paths) {
  const result = await check(browser, path).catch((error) => ({ passed: 0, failed: [`could not be checked: ${error.message}`] }));
  passed += result.passed;
  failed += result.failed.length;
  for (const line of result.failed) console.log(`${path}: ${line}`);
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
