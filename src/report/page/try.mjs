// Puts the page together with a data file, for trying it and for tests.
//
//   node try.mjs DATA.json OUT.html [--lang zh|en] [--case empty|untimed|large]
//
// empty: nothing found; untimed: no message has a time, no agency, no contacts; large: 2,000 agencies, 1,000 cases.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const here = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

/** JSON that can stand in a script element. */
export function embed(data) {
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

const escape = (text) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The page with its markers filled, in one pass: what is filled in is never looked through for markers. */
export function assemble(data) {
  const [style, charts, script] = [here("page.css"), here("echarts.min.js"), here("page.js")];
  const filled = {
    POLICY: `default-src 'none'; script-src ${hash(charts)} ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`,
    LANG: data.lang === "en" ? "en" : "zh-CN",
    TITLE: escape(String(data.title)),
    "/*STYLE*/": style,
    "/*CHARTS*/": charts,
    "/*SCRIPT*/": script,
    "/*DATA*/": embed(data),
  };
  return here("page.html").replace(/LANG|TITLE|POLICY|\/\*(?:STYLE|CHARTS|SCRIPT|DATA)\*\//g, (marker) => filled[marker]);
}

const VARIANTS = {
  empty: (data) => ({
    ...data, tiers: { clean: data.balance.judged, notice: 0, warning: 0, severe: 0 }, for_review: 0, joined: { groups: 7, notice: 0, warning: 0, severe: 0 },
    days: data.days.map((day) => ({ day: day.day, clean: day.clean, notice: 0, warning: 0, severe: 0 })),
    hours: data.hours.map((cell) => ({ ...cell, flagged: 0 })), categories: data.categories.map((row) => ({ ...row, messages: 0 })), rules: [], disguises: [],
    agencies: data.agencies.map((row) => ({ ...row, flagged: 0, severe: 0, rate: 0, low: 0, high: row.messages ? 3.84 / (row.messages + 3.84) : 1 })),
    templates: [], contacts: { ...data.contacts, findings: [], notes: [] }, worst: [], laws: [], failures: [], ignored: [],
  }),
  untimed: (data) => ({
    ...data, masked: false, only_findings: true, span: { from: null, to: null, without_time: data.balance.judged, zone: data.span.zone }, days: [], hours: [], agencies: [], contacts: null, joined: null,
    inputs: data.inputs.map((row) => ({ ...row, bytes: null })), worst: data.worst.slice(0, 1).map((one) => ({ ...one, time: null, agency: null, template: null })), templates: data.templates.slice(0, 1),
  }),
  large: (data) => ({
    ...data, agencies_beyond: 317,
    agencies: Array.from({ length: 2000 }, (_, index) => ({ ...data.agencies[index % data.agencies.length], name: `${data.agencies[index % data.agencies.length].name} ${index + 1}` })),
    templates: Array.from({ length: 500 }, (_, index) => ({ ...data.templates[index % data.templates.length], id: `T${String(index + 1).padStart(4, "0")}` })),
    worst: Array.from({ length: 1000 }, (_, index) => ({ ...data.worst[index % data.worst.length], record: index + 1 })),
  }),
};

const [, program, from, to, ...options] = process.argv;
if (program?.endsWith("try.mjs")) {
  const option = (name) => options[options.indexOf(name) + 1];
  if (!from || !to) {
    console.error("node try.mjs DATA.json OUT.html [--lang zh|en] [--case empty|untimed|large]");
    process.exit(2);
  }
  let data = JSON.parse(readFileSync(from, "utf8"));
  if (options.includes("--lang")) data.lang = option("--lang");
  if (options.includes("--case")) data = VARIANTS[option("--case")](data);
  writeFileSync(to, assemble(data));
}
