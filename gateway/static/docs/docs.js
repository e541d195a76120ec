// Renders openapi.json: no library and no outside network.

import { element } from "../widget/text.js";

const VERBS = ["get", "post", "put", "patch", "delete"];

const spec = await (await fetch("/openapi.json")).json();
const main = document.querySelector("main");
const nav = document.querySelector("nav");

function resolve(schema) {
  if (!schema?.$ref) return schema ?? {};
  return spec.components.schemas[schema.$ref.split("/").at(-1)] ?? {};
}

function typeOf(schema = {}) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return union.map(typeOf).join(" | ");
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  return schema.format ? `${schema.type} (${schema.format})` : (schema.type ?? "anything");
}

function prose(text = "") {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}

function isNamedByFramework(name) {
  return name.startsWith("Body_");
}

function row(name, schema, required, description) {
  const note = schema.default !== undefined && schema.default !== null ? `default ${JSON.stringify(schema.default)}` : "";
  const facts = [typeOf(schema), required ? "required" : note].filter(Boolean).join(", ");
  return element("tr", {}, element("td", {}, name), element("td", {}, facts), element("td", {}, ...prose(description)));
}

function fieldsOf(schema) {
  const { properties = {}, required = [] } = resolve(schema);
  const rows = Object.entries(properties).map(([name, field]) =>
    row(name, field, required.includes(name), field.description),
  );
  return element("table", {}, element("tbody", {}, ...rows));
}

function bodyOf(content) {
  const [mediaType, media] = Object.entries(content ?? {})[0] ?? [];
  if (!media?.schema) return [];
  const schema = media.schema.anyOf?.[0] ?? media.schema;
  const name = typeOf(schema);
  const title = isNamedByFramework(name) ? mediaType : `${name} (${mediaType})`;
  return [element("h4", {}, title), resolve(schema).properties ? fieldsOf(schema) : ""];
}

function operation(path, verb, op) {
  const id = op.operationId;
  const parameters = (op.parameters ?? []).map((p) => row(`${p.name} (${p.in})`, p.schema, p.required, p.description));
  const answers = Object.entries(op.responses ?? {}).map(([status, answer]) => {
    const schema = Object.values(answer.content ?? {})[0]?.schema;
    return element(
      "tr", {}, element("td", {}, status), element("td", {}, schema ? typeOf(schema) : ""), element("td", {}, ...prose(answer.description)),
    );
  });
  const title = element("h3", {}, element("span", { class: "verb" }, verb.toUpperCase()), path);
  const article = element("article", { id }, title, element("p", {}, ...prose(op.description ?? op.summary)));
  if (parameters.length) article.append(element("h4", {}, "Parameters"), element("table", {}, ...parameters));
  article.append(...bodyOf(op.requestBody?.content));
  if (answers.length) article.append(element("h4", {}, "Answers"), element("table", {}, ...answers));
  nav.append(element("a", { href: `#${id}` }, `${verb.toUpperCase()} ${path}`));
  return article;
}

function section(title) {
  main.append(element("h2", {}, title));
  nav.append(element("h2", {}, title));
}

document.querySelector("#intro").replaceChildren(
  ...prose(spec.info.description),
  " Machine-readable: ",
  element("a", { href: "/openapi.json" }, "openapi.json"),
  ".",
);

const groups = Map.groupBy(
  Object.entries(spec.paths).flatMap(([path, item]) => VERBS.filter((v) => item[v]).map((verb) => [path, verb, item[verb]])),
  ([, , op]) => op.tags?.[0] ?? "other",
);
for (const [tag, operations] of groups) {
  section(tag);
  main.append(...operations.map((entry) => operation(...entry)));
}

section("schemas");
for (const [name, schema] of Object.entries(spec.components?.schemas ?? {})) {
  if (isNamedByFramework(name)) continue;
  const article = element("article", { id: `schema-${name}` }, element("h3", {}, name), element("p", {}, ...prose(schema.description)));
  article.append(schema.properties ? fieldsOf(schema) : element("p", {}, typeOf(schema)));
  main.append(article);
}

section("problems");
for (const [name, { status, title }] of Object.entries(spec["x-problems"] ?? {})) {
  main.append(element("article", { id: `problem-${name}` }, element("h3", {}, name), element("p", {}, `${status}: ${title}.`)));
}
if (location.hash) document.querySelector(location.hash)?.scrollIntoView();
