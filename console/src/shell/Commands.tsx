import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useMe } from "../api/me";
import { useHere } from "./here";
import { isFor, PLACES } from "./places";
import { INBOX_VIEWS } from "./views";

export const openCommands = spotlight.open;

/** The command palette: every page, every view, what the page at hand offers, and a search for conversations. */
export function Commands() {
  const me = useMe();
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const [query, setQuery] = useState("");
  const here = useHere();
  const go = (path: string) => () => void navigate(path);
  const views: SpotlightActionData[] = INBOX_VIEWS.map(({ view, label, icon: Icon }) => ({
    id: `view-${view}`,
    label: `Inbox: ${label}`,
    onClick: go(`/inbox/${view}`),
    leftSection: <Icon size={18} aria-hidden />,
  }));
  const pages: SpotlightActionData[] = PLACES.filter((place) => place.path !== "inbox" && isFor(place, me)).map(
    ({ path, label, icon: Icon }) => ({
      id: path,
      label: `Go to ${label}`,
      onClick: go(`/${path}`),
      leftSection: <Icon size={18} aria-hidden />,
    }),
  );
  const appearance: SpotlightActionData[] = [
    {
      id: "dark",
      label: "Dark appearance",
      onClick: () => setColorScheme("dark"),
      leftSection: <IconMoon size={18} aria-hidden />,
    },
    {
      id: "light",
      label: "Light appearance",
      onClick: () => setColorScheme("light"),
      leftSection: <IconSun size={18} aria-hidden />,
    },
  ];
  const search: SpotlightActionData = {
    id: "search",
    label: `Search all conversations for “${query}”`,
    keywords: query,
    onClick: go(`/inbox/all?text=${encodeURIComponent(query)}`),
    leftSection: <IconSearch size={18} aria-hidden />,
  };
  const groups = [
    ...(here.length
      ? [{ group: "Here", actions: here.map(({ id, label, run }) => ({ id, label, onClick: run })) }]
      : []),
    { group: "Go to", actions: [...views, ...pages] },
    { group: "Appearance", actions: appearance },
    ...(query.trim() ? [{ group: "Search", actions: [search] }] : []),
  ];
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K", "mod + P"]}
      nothingFound="Nothing of this name"
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: "Go, do or search…",
        "aria-label": "Go, do or search",
      }}
    />
  );
}
