// Asks once a second what is new, and shows it. Text from outside is only ever set as text.

import { ChannelCard } from "./channels.js";
import { make } from "./dom.js";
import { VendorCard } from "./vendors.js";

const channels = new Map();
const vendors = new Map();
const live = document.getElementById("live");
let run = null;

function card(cards, Kind, shown, where) {
  if (!cards.has(shown.name)) {
    cards.set(shown.name, new Kind(shown));
    const { element } = cards.get(shown.name);
    element.id = `${where}-${shown.name}`;
    document.getElementById(where).append(element);
    document.querySelector("nav").append(make("a", { href: `#${element.id}`, class: where }, shown.title));
  }
  return cards.get(shown.name);
}

function show(state) {
  if (run !== null && run !== state.run) location.reload();
  run = state.run;
  const holdfast = document.getElementById("holdfast");
  holdfast.textContent = holdfast.href = state.holdfast;
  for (const channel of state.channels) card(channels, ChannelCard, channel, "channels").show(channel);
  for (const vendor of state.vendors) card(vendors, VendorCard, vendor, "vendors").show(vendor, state.holdfast);
}

async function look() {
  try {
    const seen = [...vendors.values()].map((vendor) => `seen=${vendor.newest}`).join("&");
    const response = await fetch(`/state?${seen}`);
    if (!response.ok) throw new Error(String(response.status));
    show(await response.json());
    live.dataset.live = "yes";
    live.textContent = "live";
  } catch (error) {
    if (!(error instanceof TypeError || /^\d+$/.test(error.message))) throw error;
    live.dataset.live = "no";
    live.textContent = "The sandbox does not answer";
  } finally {
    setTimeout(look, 1000);
  }
}

look();
