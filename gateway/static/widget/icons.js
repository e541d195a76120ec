// Line icons, drawn on a 24 × 24 grid.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  chat: "M4 5.5h16v11H9.5L5 20v-3.5H4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M5 12h13M12.5 6.5L18 12l-5.5 5.5",
  clip: "M18.5 11.5l-6.9 6.9a4 4 0 0 1-5.7-5.7l7.3-7.3a2.7 2.7 0 0 1 3.8 3.8l-7.2 7.2a1.3 1.3 0 0 1-1.9-1.9l6.6-6.6",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  spark: "M12 4l1.7 5.3L19 11l-5.3 1.7L12 18l-1.7-5.3L5 11l5.3-1.7z",
  person: "M12 12a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2zM5.5 19.5c.7-3.3 3.2-5 6.5-5s5.8 1.7 6.5 5",
  good: "M7 10.5l4-6.5c1.4 0 2.3 1 2 2.6L12.5 9.5H18a1.8 1.8 0 0 1 1.8 2.2l-1.2 6A2 2 0 0 1 16.7 19H7zM7 10.5H4V19h3",
  bad: "M17 13.5l-4 6.5c-1.4 0-2.3-1-2-2.6l.5-2.9H6a1.8 1.8 0 0 1-1.8-2.2l1.2-6A2 2 0 0 1 7.3 5H17zM17 13.5h3V5h-3",
  check: "M5 12.5l4.5 4.5L19 7.5",
  book: "M5 5.5c2.5-1 5-.6 7 .8 2-1.4 4.5-1.8 7-.8v12.7c-2.5-1-5-.6-7 .8-2-1.4-4.5-1.8-7-.8zM12 6.3V19",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
