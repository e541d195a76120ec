import type { Change } from "./specification";
import classes from "./Specification.module.css";

/** What changes from one version to another, a sentence each. */
export function ChangeList({ changes }: { changes: Change[] }) {
  return (
    <ul className={classes.changes}>
      {changes.map((change) => (
        <li key={`${change.path.join("/")}-${change.kind}-${change.words}`} data-kind={change.kind}>
          {change.words}
        </li>
      ))}
    </ul>
  );
}
