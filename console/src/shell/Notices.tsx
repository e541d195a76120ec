import { Notifications } from "@mantine/notifications";

import { useOnPhone } from "./phone";

/** What came of something, where it covers nothing that is pressed next: no editor, and no decision. */
export function Notices() {
  const onPhone = useOnPhone();
  return <Notifications position={onPhone ? "top-center" : "bottom-left"} containerWidth={380} />;
}
