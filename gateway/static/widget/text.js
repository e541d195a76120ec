// The little formatting that replies use: paragraphs, lists, bold, code, links. Built as DOM nodes, never as HTML,
// so that no text can become markup.

const INLINE = /\*\*(?<bold>[^*\n]+)\*\*|`(?<code>[^`\n]+)`|\[(?<label>[^\]\n]+)\]\((?<target>https?:\/\/[^\s)]+)\)|(?<url>https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/g;
const ITEM = /^\s*(?:[-*•]|(?<number>\d+)[.)])\s+(?<text>.*)$/;

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function link(label, target) {
  return element("a", { href: target, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

function inline(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const { bold, code, label, target, url } = match.groups;
    nodes.push(text.slice(end, match.index));
    if (bold) nodes.push(element("strong", {}, bold));
    else if (code) nodes.push(element("code", {}, code));
    else nodes.push(link(label ?? url, target ?? url));
    end = match.index + match[0].length;
  }
  return [...nodes, text.slice(end)];
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [element("br"), ...inline(line)] : inline(line)));
}

// Blocks: runs of list items become lists, everything else between blank lines is a paragraph.
export function formatted(text) {
  const fragment = document.createDocumentFragment();
  let paragraph = [];
  let list = null;
  const flush = () => {
    if (paragraph.length) fragment.append(element("p", {}, ...lines(paragraph.join("\n"))));
    paragraph = [];
  };
  for (const line of text.trim().split(/\r?\n/)) {
    const item = line.match(ITEM);
    if (item) {
      flush();
      const kind = item.groups.number ? "ol" : "ul";
      if (list?.localName !== kind) fragment.append((list = element(kind)));
      list.append(element("li", {}, ...inline(item.groups.text)));
      continue;
    }
    if (line.trim()) {
      list = null;
      paragraph.push(line.replace(/^#{1,6}\s+/, ""));
    } else flush();
  }
  flush();
  return fragment;
}

export function plain(text) {
  return element("p", {}, ...lines(text));
}

export function timeOf(at) {
  return new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

export function dayOf(at) {
  const date = new Date(at);
  const today = new Date().toDateString() === date.toDateString();
  return today ? "Today" : new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }).format(date);
}

export function sizeOf(bytes) {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
