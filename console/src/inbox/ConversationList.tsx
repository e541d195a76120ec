import { Button, Group, Text } from "@mantine/core";
import { useCallback, useMemo, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";

import type { InboxRow, View } from "../api/contract";
import { useCounts, useInbox } from "../api/inbox";
import { may, useMe } from "../api/me";
import { useCommands, type Command } from "../shell/here";
import { ProblemAlert } from "../shell/ProblemAlert";
import { INBOX_VIEWS } from "../shell/views";
import { BulkBar } from "./BulkBar";
import { Filtering } from "./Filtering";
import { Rows } from "./Rows";
import { useFilters } from "./useFilters";
import classes from "./ConversationList.module.css";

interface Given {
  view: View;
  chosen: string | null;
}

const NONE: InboxRow[] = [];

/** The list of a view: what is in it, filters, and what is done with several at once. */
export function ConversationList({ view, chosen }: Given) {
  const me = useMe();
  const [filters, change] = useFilters(view);
  const inbox = useInbox(filters);
  const rows = useMemo(() => inbox.data?.pages.flatMap((page) => page.rows) ?? NONE, [inbox.data]);
  const total = inbox.data?.pages[0]?.total ?? 0;
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const mark = useCallback((id: string) => setMarked((before) => toggled(before, id)), []);
  useListCommands(rows, view, chosen, mark);
  const described = INBOX_VIEWS.find((one) => one.view === view);
  const filtered = Boolean(filters.text || filters.channel || filters.status || filters.ai_agent);
  return (
    <section className={classes.list} aria-label="Conversations">
      <Filtering title={described?.label ?? ""} total={total} filters={filters} change={change} />
      {marked.size > 0 ? <BulkBar marked={marked} unmark={() => setMarked(new Set())} /> : null}
      {inbox.isError && !inbox.data ? <ProblemAlert error={inbox.error} retry={() => void inbox.refetch()} /> : null}
      {inbox.isSuccess && rows.length === 0 ? (
        <Text component="div" className={classes.empty} c="dimmed" size="sm">
          {filtered ? "Nothing fits these filters." : described?.empty}
          {filtered ? null : <Elsewhere view={view} />}
        </Text>
      ) : null}
      <Rows
        rows={rows}
        total={total}
        view={view}
        chosen={chosen}
        marked={marked}
        mark={may(me, "human_agent") ? mark : null}
        isLoading={inbox.isPending}
        readOn={inbox.hasNextPage && !inbox.isFetchingNextPage ? () => void inbox.fetchNextPage() : null}
      />
    </section>
  );
}

/** Where there is something, for whoever looks at an empty list. */
function Elsewhere({ view }: { view: View }) {
  const counts = useCounts().data;
  const filled = INBOX_VIEWS.filter((one) => one.view !== view && one.view !== "all" && counts?.[one.view]);
  if (filled.length === 0) return null;
  return (
    <Group component="nav" aria-label="Where there is something" justify="center" gap="xs" mt="sm">
      {filled.map((one) => (
        <Button key={one.view} component={Link} to={`/inbox/${one.view}`} size="compact-sm" variant="light">
          {one.label} {counts?.[one.view]}
        </Button>
      ))}
    </Group>
  );
}

function toggled(marked: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const after = new Set(marked);
  if (!after.delete(id)) after.add(id);
  return after;
}

function useListCommands(rows: InboxRow[], view: View, chosen: string | null, mark: (id: string) => void): void {
  const navigate = useNavigate();
  const [parameters] = useSearchParams();
  const query = parameters.toString();
  const commands = useMemo((): Command[] => {
    const open = (row: InboxRow | undefined): void => {
      if (row) void navigate({ pathname: `/inbox/${view}/${row.conversation_id}`, search: query });
    };
    const at = rows.findIndex((row) => row.conversation_id === chosen);
    return [
      { id: "next", label: "Next conversation", key: "j", run: () => open(rows[at + 1]) },
      { id: "previous", label: "Previous conversation", key: "k", run: () => open(rows[Math.max(0, at - 1)]) },
      { id: "mark", label: "Mark the conversation", key: "x", run: () => chosen && mark(chosen) },
      { id: "find", label: "Search this list", key: "/", run: () => document.getElementById("find")?.focus() },
    ];
  }, [rows, view, chosen, mark, navigate, query]);
  useCommands("list", commands);
}
