// A channel: what was written on it, and one form for each thing that a customer can do.

import { fromTemplate, make, send } from "./dom.js";

export class ChannelCard {
  constructor({ name, title, actions }) {
    this.name = name;
    this.element = fromTemplate("channel");
    this.element.querySelector("h3").textContent = title;
    this.lines = this.element.querySelector(".lines");
    this.shown = "[]";
    this.refused = this.element.querySelector(".refused");
    this.forms = actions.filter(({ fields }) => fields.length).map((action) => this.form(action));
    this.element.querySelector(".forms").append(...this.forms);
    if (actions.length > 1) this.element.querySelector(".actions").append(...actions.map((action) => this.choice(action)));
    this.choose(this.forms[0]);
  }

  form({ name, label, fields, then }) {
    const form = make("form", { "data-action": name }, ...fields.map(field), make("button", { class: "primary" }, label));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act(name, Object.fromEntries(new FormData(form)), then);
    });
    return form;
  }

  // Chooses a form; what needs no form is done at once.
  choice({ name, label, fields, then }) {
    const button = make("button", { type: "button", "data-choice": name }, label);
    const form = this.forms.find((one) => one.dataset.action === name);
    button.addEventListener("click", () => (fields.length ? this.choose(form) : this.act(name, {}, then)));
    return button;
  }

  choose(form) {
    for (const one of this.forms) one.hidden = one !== form;
    for (const choice of this.element.querySelectorAll("[data-choice]")) {
      if (this.forms.some((one) => one.dataset.action === choice.dataset.choice)) {
        choice.setAttribute("aria-pressed", String(choice.dataset.choice === form.dataset.action));
      }
    }
  }

  async act(action, values, then) {
    try {
      await send("POST", `/channels/${this.name}/${action}`, values);
      this.refused.hidden = true;
      const next = this.forms.find((form) => form.dataset.action === then);
      if (next) this.choose(next);
    } catch (error) {
      this.refused.textContent = error.message;
      this.refused.hidden = false;
    }
  }

  show({ lines }) {
    const text = JSON.stringify(lines);
    if (text === this.shown) return;
    this.shown = text;
    this.lines.replaceChildren(...lines.map((line) => this.line(line)));
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  line({ by, who, text, state, reply }) {
    const about = make("small", {}, [who, state].filter(Boolean).join(" · "));
    if (Object.keys(reply).length) {
      const button = make("button", { class: "reply", type: "button" }, "reply");
      button.addEventListener("click", () => this.reply(reply));
      about.append(" · ", button);
    }
    return make("li", { class: by }, text, about);
  }

  reply(values) {
    const fitting = this.forms.filter((form) => Object.keys(values).every((name) => form.elements[name]));
    for (const form of fitting) {
      for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
    }
    if (!fitting.some((form) => !form.hidden)) this.choose(fitting[0]);
  }
}

function field({ name, label, value, lines }) {
  const box = lines > 1 ? make("textarea", { name, rows: lines }, value) : make("input", { name, value });
  return make("label", {}, label, box);
}
