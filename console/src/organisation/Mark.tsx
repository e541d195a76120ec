import type { ReactNode } from "react";

import classes from "./Mark.module.css";

export type Tone = "good" | "wait" | "bad" | "person" | "plain";

/** A word that says how something stands. */
export function Mark({ tone = "plain", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={classes.mark} data-tone={tone} title={title}>
      {children}
    </span>
  );
}
