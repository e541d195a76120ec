import { diffWordsWithSpace } from "diff";
import { useMemo } from "react";

import classes from "./ApprovalCard.module.css";

/** What an edit changes, word by word. */
export function Diff({ before, after }: { before: string; after: string }) {
  const parts = useMemo(() => diffWordsWithSpace(before, after), [before, after]);
  return (
    <div className={classes.diff} role="group" aria-label="What is changed">
      {parts.map((part, index) => {
        const key = `${String(index)}-${part.value}`;
        if (part.added) return <ins key={key}>{part.value}</ins>;
        return part.removed ? <del key={key}>{part.value}</del> : <span key={key}>{part.value}</span>;
      })}
    </div>
  );
}
