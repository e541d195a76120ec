import type { ApprovalDetails } from "../api/contract";
import { ApprovalCard } from "../approvals/ApprovalCard";
import classes from "./Conversation.module.css";

/** The draft of this conversation that waits for a decision. */
export function Waiting({ details }: { details: ApprovalDetails }) {
  return (
    <section className={classes.waiting} aria-label="Waits for approval">
      <ApprovalCard key={details.approval.approval.approval_id} details={details} within="conversation" />
    </section>
  );
}
