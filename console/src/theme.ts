import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** The accent of the chat widget, so that both look like one product. */
const holdfast: MantineColorsTuple = [
  "#e7f6f3",
  "#cfe9e4",
  "#9fd4ca",
  "#6bbdaf",
  "#43aa99",
  "#2f9d8c",
  "#178272",
  "#0f6e63",
  "#0a5c53",
  "#054941",
];
/** People, in contrast to AI agents. */
const person: MantineColorsTuple = [
  "#eeeffb",
  "#d9dbf6",
  "#c3c6f9",
  "#a9aefc",
  "#8288e8",
  "#686ed6",
  "#5a5fc8",
  "#4a4fb5",
  "#3d4299",
  "#31357c",
];
const dark: MantineColorsTuple = [
  "#e8edf0",
  "#c6d0d7",
  "#a3b3bd",
  "#7c8d98",
  "#3a4751",
  "#2b363f",
  "#222b33",
  "#181f25",
  "#12181d",
  "#0d1216",
];

export const theme = createTheme({
  primaryColor: "holdfast",
  primaryShade: { light: 7, dark: 6 },
  colors: { holdfast, person, dark },
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: 'Inter, "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
  headings: { fontWeight: "650" },
  fontSizes: { xs: "12px", sm: "13.5px", md: "15px", lg: "17px", xl: "20px" },
  components: {
    Badge: { defaultProps: { tt: "none" } },
    Tooltip: { defaultProps: { openDelay: 350, withArrow: true } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.5 } } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
  },
});

/** Surfaces and the contrasts that Mantine's own values miss (AA needs 4.5:1). */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#55636e",
    "--mantine-color-placeholder": "#5f6d78",
    "--hf-rail": "#eaeef0",
    "--hf-list": "#f4f6f7",
    "--hf-canvas": "#ffffff",
    "--hf-panel": "#f8fafb",
    "--hf-line": "#dde3e7",
    "--hf-hover": "rgba(15, 40, 55, 0.06)",
    "--hf-chosen": "#d5e9e5",
    "--hf-chosen-ink": "#084c44",
    "--hf-ai": "#0a5c53",
    "--hf-ai-surface": "#e6f4f1",
    "--hf-person": "#3d4299",
    "--hf-person-surface": "#ecedfb",
    "--hf-customer-surface": "#f0f3f5",
    "--hf-note": "#6b4a00",
    "--hf-note-surface": "#fff4d6",
    "--hf-danger": "#a3201a",
    "--hf-danger-surface": "#fdecea",
  },
  dark: {
    "--mantine-color-dimmed": "#a3b3bd",
    "--mantine-color-placeholder": "#94a4af",
    "--hf-rail": "#0d1216",
    "--hf-list": "#12181d",
    "--hf-canvas": "#181f25",
    "--hf-panel": "#141a20",
    "--hf-line": "#28323a",
    "--hf-hover": "rgba(200, 225, 235, 0.07)",
    "--hf-chosen": "#17423d",
    "--hf-chosen-ink": "#c8efe8",
    "--hf-ai": "#63c9b8",
    "--hf-ai-surface": "#15302d",
    "--hf-person": "#b4b8fd",
    "--hf-person-surface": "#232648",
    "--hf-customer-surface": "#232c34",
    "--hf-note": "#f0c469",
    "--hf-note-surface": "#2f2710",
    "--hf-danger": "#ff9a91",
    "--hf-danger-surface": "#3a1a18",
  },
});
