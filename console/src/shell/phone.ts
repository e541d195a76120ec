import { useMediaQuery } from "@mantine/hooks";

const PHONE = "(max-width: 48em)";

/** Whether there is room for one pane only. */
export function useOnPhone(): boolean {
  return useMediaQuery(PHONE, window.matchMedia(PHONE).matches, { getInitialValueInEffect: false });
}
