import { Center, Stack, Text } from "@mantine/core";
import { IconMessages } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import { Navigate, useParams } from "react-router";

import { VIEWS, type View } from "../api/contract";
import { useOnPhone } from "../shell/phone";
import { ConversationList } from "./ConversationList";
import classes from "./InboxPage.module.css";

const Conversation = lazy(() => import("../conversation/Conversation"));

function isView(view: string | undefined): view is View {
  return VIEWS.some((known) => known === view);
}

/** A view's list, and beside it the conversation that is open; on a phone, one of the two. */
export function Component() {
  const { view, conversationId } = useParams();
  const onPhone = useOnPhone();
  if (!isView(view)) return <Navigate to="/inbox/mine" replace />;
  return (
    <div className={classes.panes}>
      {onPhone && conversationId ? null : <ConversationList view={view} chosen={conversationId ?? null} />}
      {conversationId ? (
        <Suspense fallback={<div className={classes.conversation} />}>
          <Conversation key={conversationId} conversationId={conversationId} back={`/inbox/${view}`} />
        </Suspense>
      ) : onPhone ? null : (
        <NothingChosen />
      )}
    </div>
  );
}

function NothingChosen() {
  return (
    <Center className={classes.conversation}>
      <Stack align="center" gap="xs" c="dimmed">
        <IconMessages size={44} stroke={1.3} aria-hidden />
        <Text>Choose a conversation.</Text>
        <Text size="sm">j and k move through the list, ? lists all keys.</Text>
      </Stack>
    </Center>
  );
}
