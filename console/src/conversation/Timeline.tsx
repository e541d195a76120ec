import { ActionIcon } from "@mantine/core";
import { IconArrowDown } from "@tabler/icons-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { ConversationDetails, InboxRow } from "../api/contract";
import { useNameOf } from "../api/me";
import { dayName } from "../shell/times";
import { useNow } from "../shell/When";
import { customerName } from "../shell/words";
import { Call, DraftThatStayed, EventLine, Message, Note } from "./Happenings";
import { goesOn, storyOf, type Happening } from "./story";
import classes from "./Timeline.module.css";

interface Given {
  details: ConversationDetails;
  row: InboxRow | null;
  /** The draft that waits for a decision, which is shown below instead. */
  waitingDraft: string | null;
}

const NEAR_END = 120;

/** The story of a conversation, the newest at the end. It follows what comes, unless somebody reads further up. */
export function Timeline({ details, row, waitingDraft }: Given) {
  const nameOf = useNameOf();
  const now = useNow();
  const story = useMemo(
    () => storyOf(details, nameOf).filter((one) => one.kind !== "draft" || one.turn.draft_id !== waitingDraft),
    [details, nameOf, waitingDraft],
  );
  const customer = customerName(row?.customer_name, details.conversation.conversation_id);
  const frame = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  useLayoutEffect(() => {
    if (isAtEnd) frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [story, isAtEnd]);
  useStayAtEnd(frame, isAtEnd);
  return (
    <div className={classes.outer}>
      {/* Whoever cannot point has to scroll by keys. */}
      <div
        ref={frame}
        className={classes.frame}
        role="log"
        aria-label="What happened"
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={(event) => setAtEnd(isNearEnd(event.currentTarget))}
      >
        {story.map((happening, index) => (
          <div key={keyOf(happening)}>
            {isOtherDay(story[index - 1], happening) ? (
              <div className={classes.day}>{dayName(happening.at, now)}</div>
            ) : null}
            <Shown
              happening={happening}
              goesOn={goesOn(story[index - 1], happening)}
              customer={customer}
              details={details}
            />
          </div>
        ))}
      </div>
      {isAtEnd ? null : (
        <ActionIcon
          className={classes.down}
          variant="filled"
          color="holdfast"
          radius="xl"
          size="lg"
          aria-label="To the newest"
          onClick={() => setAtEnd(true)}
        >
          <IconArrowDown size={18} />
        </ActionIcon>
      )}
    </div>
  );
}

function isNearEnd(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
}

/** What grows below, such as an approval, takes no line of the end away. */
function useStayAtEnd(frame: React.RefObject<HTMLDivElement | null>, isAtEnd: boolean): void {
  useEffect(() => {
    const element = frame.current;
    if (!element || !isAtEnd) return;
    const observer = new ResizeObserver(() => element.scrollTo({ top: element.scrollHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, isAtEnd]);
}

function keyOf(happening: Happening): string {
  switch (happening.kind) {
    case "message":
      return `message-${String(happening.message.seq)}`;
    case "note":
      return `note-${happening.note.request_id}`;
    case "draft":
      return `draft-${happening.turn.draft_id}`;
    case "call":
      return `call-${happening.call.call_key}`;
    case "event":
      return `event-${String(happening.id)}`;
  }
}

function isOtherDay(before: Happening | undefined, now: Happening): boolean {
  return !before || new Date(before.at).toDateString() !== new Date(now.at).toDateString();
}

interface ShownGiven {
  happening: Happening;
  goesOn: boolean;
  customer: string;
  details: ConversationDetails;
}

function Shown({ happening, goesOn: isMore, customer, details }: ShownGiven) {
  switch (happening.kind) {
    case "message":
      return <Message {...happening} isMore={isMore} customer={customer} version={details.conversation.spec_hash} />;
    case "note":
      return <Note note={happening.note} />;
    case "draft":
      return <DraftThatStayed turn={happening.turn} version={details.conversation.spec_hash} />;
    case "call":
      return <Call call={happening.call} />;
    case "event":
      return <EventLine at={happening.at} text={happening.text} />;
  }
}
