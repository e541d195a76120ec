// A vendor: its addresses, its faults, and its journal, the newest first.

import { fromTemplate, make, send } from "./dom.js";

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const MOST_ENTRIES = 300;
const WEBHOOK_TROUBLES = [
  { label: "Duplicate webhooks", trouble: "duplicate", on: 1, off: 0 },
  { label: "Reorder webhooks", trouble: "reorder", on: true, off: false },
  { label: "Lose webhooks", trouble: "lose", on: true, off: false },
];

export class VendorCard {
  constructor({ name, title, addresses, troubles, has_webhooks }) {
    this.name = name;
    this.newest = 0;
    this.webhooks = {};
    this.element = fromTemplate("vendor");
    this.element.dataset.vendor = name;
    this.element.querySelector("h3").textContent = title;
    this.element.querySelector(".addresses").append(...addresses.map((address) => make("span", {}, address)));
    this.element.querySelector(".reset").addEventListener("click", () => this.send("POST", "reset"));
    this.pending = this.element.querySelector(".pending");
    this.journal = this.element.querySelector(".journal");
    this.toggles = has_webhooks ? WEBHOOK_TROUBLES.map((trouble) => this.toggle(trouble)) : [];
    this.element.querySelector(".faults").append(...troubles.map((trouble, number) => this.button(trouble, number)), ...this.toggles);
  }

  button({ label, title }, number) {
    const button = make("button", { title }, label);
    button.addEventListener("click", () => this.send("POST", `troubles/${number}`));
    return button;
  }

  toggle({ label, trouble, on, off }) {
    const button = make("button", { "aria-pressed": "false", "data-trouble": trouble }, label);
    button.addEventListener("click", () => {
      const changed = { ...this.webhooks, [trouble]: this.webhooks[trouble] ? off : on };
      this.send("PUT", "webhooks", changed);
    });
    return button;
  }

  async send(method, path, body) {
    this.showFaults(await send(method, `/vendors/${this.name}/${path}`, body));
  }

  show({ faults, webhooks, entries, oldest }, holdfast) {
    this.showFaults({ faults, webhooks });
    for (const entry of [...this.journal.children]) {
      if (oldest === null || Number(entry.dataset.number) < oldest) entry.remove();
    }
    for (const entry of entries) this.journal.prepend(row(entry, holdfast));
    while (this.journal.children.length > MOST_ENTRIES) this.journal.lastElementChild.remove();
    this.newest = Math.max(this.newest, ...entries.map((entry) => entry.number));
  }

  showFaults({ faults, webhooks }) {
    this.webhooks = webhooks;
    for (const toggle of this.toggles) toggle.setAttribute("aria-pressed", String(Boolean(webhooks[toggle.dataset.trouble])));
    const chips = faults.map((fault) => make("li", {}, describe(fault)));
    if (chips.length) {
      const clear = make("button", {}, "Clear faults");
      clear.addEventListener("click", () => this.send("DELETE", "faults"));
      chips.push(make("li", { class: "clear" }, clear));
    }
    const hadFocus = this.pending.contains(document.activeElement);
    this.pending.replaceChildren(...chips);
    if (hadFocus) this.pending.querySelector("button")?.focus();
  }
}

function describe({ kind, status, seconds, left, lasting_seconds, handled, path }) {
  const what = { fail: `answers ${status}`, delay: `${seconds} s late`, cut: handled ? "answer is lost" : "cut" }[kind];
  const rest = lasting_seconds ? `${Math.ceil(left)} s left` : `${left} ×`;
  return [what, path, rest].filter(Boolean).join(" · ");
}

function row({ number, at, direction, what, detail }, holdfast) {
  const arrow = make("span", { class: "arrow", title: direction }, direction === "sent" ? "→" : "←");
  const time = make("time", { datetime: at }, CLOCK.format(new Date(at)));
  const summary = make("summary", {}, arrow, make("code", { title: what }, briefly(what, holdfast)), make("span", {}, status(detail), " ", time));
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => details.append(list(detail)), { once: true });
  return make("li", { "data-number": number }, details);
}

function briefly(what, holdfast) {
  return what.replace(holdfast, "").replace(/[0-9a-f]{32,}/gi, "…");
}

function status(detail) {
  const parts = [detail.fault, detail.status === 0 ? "no answer" : detail.status].filter((part) => part !== undefined);
  if (!parts.length) return "";
  const bad = detail.fault !== undefined || detail.status === 0 || detail.status >= 400;
  return make("span", { class: bad ? "status bad" : "status" }, parts.join(" "));
}

function list(detail) {
  const shown = Object.entries(detail).filter(([, value]) => value !== "");
  return make("dl", {}, ...shown.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, readable(value))]));
}

function readable(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return isForm(value) ? [...new URLSearchParams(value)].map(([name, text]) => `${name}: ${text}`).join("\n") : value;
  }
}

function isForm(text) {
  return /^[\w.%~-]+=[^\s&]*(&[\w.%~-]+=[^\s&]*)*$/.test(text);
}
