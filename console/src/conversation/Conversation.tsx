import { Center, Loader } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";

import { useApproval } from "../api/approvals";
import { useConversation, usePresence, useRowOf } from "../api/conversation";
import { may, useMe } from "../api/me";
import { ProblemAlert } from "../shell/ProblemAlert";
import { Composer } from "./Composer";
import { Head } from "./Head";
import { Side } from "./Side";
import { Timeline } from "./Timeline";
import { Waiting } from "./Waiting";
import classes from "./Conversation.module.css";

interface Given {
  conversationId: string;
  back: string;
}

const WIDE = "(min-width: 82em)";

/** A conversation: its whole story, what waits, the editor, and beside it what is known of the customer. */
export default function Conversation({ conversationId, back }: Given) {
  const me = useMe();
  const found = useConversation(conversationId);
  const row = useRowOf(conversationId).data ?? null;
  const converses = may(me, "human_agent");
  const tell = usePresence(conversationId, converses);
  const isWide = useMediaQuery(WIDE, window.matchMedia(WIDE).matches, { getInitialValueInEffect: false });
  const waiting = useApproval(row?.approval_id).data;
  const [sideOpen, side] = useDisclosure(false);
  if (!found.data) {
    return (
      <div className={classes.conversation}>
        {found.isError ? (
          <ProblemAlert error={found.error} retry={() => void found.refetch()} />
        ) : (
          <Center flex={1}>
            <Loader role="status" aria-label="Loading the conversation" />
          </Center>
        )}
      </div>
    );
  }
  return (
    <>
      <section className={classes.conversation} aria-label="Conversation">
        <Head details={found.data} row={row} back={back} openSide={isWide ? null : side.open} />
        <Timeline details={found.data} row={row} waitingDraft={waiting?.approval.approval.draft_id ?? null} />
        {waiting?.approval.state === "open" ? <Waiting details={waiting} /> : null}
        {converses ? <Composer details={found.data} onTyping={() => tell("typing")} /> : null}
      </section>
      <Side details={found.data} row={row} isWide={Boolean(isWide)} isOpen={sideOpen} close={side.close} />
    </>
  );
}
