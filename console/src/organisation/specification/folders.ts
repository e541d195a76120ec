export interface Folder {
  label: string;
  folder: string;
  /** How names of new files end; without it there are no new ones. */
  ending?: string;
  holds: (path: string) => boolean;
}

function inside(label: string, folder: string, ending = ".yaml"): Folder {
  return { label, folder, ending, holds: (path) => path.startsWith(`${folder}/`) };
}

const LISTED = /^(agents|journeys|rules|guidelines|macros|knowledge|scenarios)\//;

export const FOLDERS: Folder[] = [
  { label: "Organisation", folder: "", holds: (path) => path === "organisation.yaml" || path === "topics.yaml" },
  inside("AI agents", "agents"),
  inside("Journeys", "journeys"),
  inside("Rules", "rules"),
  inside("Guidelines", "guidelines"),
  inside("Macros", "macros"),
  inside("Knowledge", "knowledge", ".md"),
  inside("Scenarios", "scenarios"),
  {
    label: "Other",
    folder: "",
    holds: (path) => path !== "organisation.yaml" && path !== "topics.yaml" && !LISTED.test(path),
  },
];

/** What a new file begins with, so that the check says what is left to write. */
export function beginningOf(folder: Folder, id: string): string {
  const today = new Date().toISOString().slice(0, 10);
  const texts: Record<string, string> = {
    agents: `id: ${id}\nname: \nrole: \nmode: co_pilot\ncan_do:\n  - \n`,
    journeys: `id: ${id}\ntitle: \nsteps:\n  - id: first\n    kind: message\n    text: \n`,
    rules: `id: ${id}\ndescription: \nwhen:\n  - kind: words\n    phrases: []\nthen: ask_approval\n`,
    guidelines: `id: ${id}\n`,
    macros: `id: ${id}\n`,
    knowledge: `---\nid: ${id}\ntitle: \ntopic: general\nsource: https://\nupdated: ${today}\n---\n\n`,
    scenarios: `id: ${id}\ntitle: \nsteps:\n  - says: \n`,
  };
  return texts[folder.folder] ?? "";
}
