import { notifications } from "@mantine/notifications";

import { asProblem } from "../api/client";

/** Something came of what somebody did. */
export function tell(title: string, message = ""): void {
  notifications.show({ title, message, color: "holdfast", autoClose: 4_000 });
}

/** Something did not; it stays until it is read. */
export function showProblem(error: unknown): void {
  const problem = asProblem(error);
  complain(problem.title, problem.detail);
}

export function complain(title: string, message: string): void {
  notifications.show({ title, message, color: "red", autoClose: 12_000, role: "alert" });
}
