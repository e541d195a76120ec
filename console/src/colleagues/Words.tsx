import { Anchor } from "@mantine/core";
import { Link } from "react-router";

import { useMe, useNameOf } from "../api/me";
import { customerName } from "../shell/words";
import timeline from "../conversation/Timeline.module.css";
import classes from "./Colleagues.module.css";

const NAMED =
  /(@[A-Za-z0-9._~-]{1,64}|(?:https?:\/\/\S*\/)?(?:console\/inbox\/\w+|conversations)\/[A-Za-z0-9_-]{8,64})/g;

/** The text, in which people are named by their names and conversations can be opened. */
export function Words({ text, mentions }: { text: string; mentions: string[] }) {
  return (
    <div className={timeline.words}>
      {text.split(NAMED).map((part, index) => (
        <Part key={`${String(index)}-${part}`} part={part} mentions={mentions} />
      ))}
    </div>
  );
}

function Part({ part, mentions }: { part: string; mentions: string[] }) {
  const me = useMe();
  const nameOf = useNameOf();
  if (part.startsWith("@")) {
    const id = mentions.find((one) => part.slice(1) === one || part.slice(1).replace(/[.~_-]+$/, "") === one);
    if (!id) return part;
    return (
      <>
        <span className={classes.mention} data-me={id === me.person_id || undefined}>
          @{nameOf(id)}
        </span>
        {part.slice(1 + id.length)}
      </>
    );
  }
  const conversation = /(?:console\/inbox\/\w+|conversations)\/([A-Za-z0-9_-]{8,64})$/.exec(part)?.[1];
  if (!conversation) return part;
  return (
    <Anchor component={Link} to={`/inbox/all/${conversation}`}>
      {customerName(null, conversation)}
    </Anchor>
  );
}
