import { ActionIcon, Alert, Button, Group, SegmentedControl, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowBackUp, IconTrash } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { useNavigate } from "react-router";

import { Mark } from "../Mark";
import { counted } from "../../shell/words";
import { useEditing } from "./editing";
import { FileTree } from "./FileTree";
import { FormEditor } from "./FormEditor";
import { kindOf, useSchemas, type Mistake } from "./specification";
import classes from "./Specification.module.css";

const CodeEditor = lazy(() => import("./CodeEditor"));

type Sides = "both" | "form" | "text";

/** The files beside each other: which there are, the chosen one as fields and as text, and what is wrong. */
export function Files({ item }: { item: string }) {
  const editing = useEditing();
  const navigate = useNavigate();
  const [goTo, setGoTo] = useState<{ line: number; column: number } | null>(null);
  const path = item || "organisation.yaml";
  const go = (mistake: Mistake) => {
    void navigate(`/specification/files/${mistake.file}`);
    setGoTo({ line: mistake.line ?? 1, column: mistake.column ?? 1 });
  };
  return (
    <div className={classes.files}>
      <FileTree
        path={path}
        onOpen={(to) => {
          setGoTo(null);
          void navigate(`/specification/files/${to}`);
        }}
      />
      <div className={classes.editor}>
        <File key={path} path={path} goTo={goTo} />
        {editing.checked?.mistakes.length || editing.checked?.warnings.length ? (
          <Mistakes mistakes={editing.checked.mistakes} warnings={editing.checked.warnings} onGo={go} />
        ) : null}
      </div>
    </div>
  );
}

interface FileGiven {
  path: string;
  goTo: { line: number; column: number } | null;
}

function File({ path, goTo }: FileGiven) {
  const editing = useEditing();
  const schemas = useSchemas().data;
  const [sides, setSides] = useState<Sides>("text");
  const text = editing.files[path];
  const schema = schemas?.[kindOf(path) ?? ""];
  if (text === undefined) return <Gone path={path} />;
  const shows = schema ? sides : "text";
  return (
    <>
      <div className={classes.editorHead}>
        <FileName path={path} />
        <Group gap="xs">
          {schema ? <ChooseSides sides={sides} onChoose={setSides} /> : null}
          {editing.mayEdit ? <FileActions path={path} /> : null}
        </Group>
      </div>
      <div className={classes.sides} data-both={shows === "both" || undefined}>
        {schema && shows !== "text" ? (
          <div className={classes.form}>
            <FormEditor
              text={text}
              schema={schema}
              readOnly={!editing.mayEdit}
              onChange={(changed) => editing.write(path, changed)}
            />
          </div>
        ) : null}
        {shows === "form" ? null : <FileText path={path} text={text} goTo={goTo} />}
      </div>
    </>
  );
}

function FileName({ path }: { path: string }) {
  const editing = useEditing();
  return (
    <Group gap="xs" wrap="nowrap" style={{ minWidth: 0 }}>
      <Text size="sm" fw={600} truncate component="h2">
        {path}
      </Text>
      {path in editing.changes ? <Mark tone="wait">{path in editing.baseFiles ? "changed" : "new"}</Mark> : null}
    </Group>
  );
}

function ChooseSides({ sides, onChoose }: { sides: Sides; onChoose: (sides: Sides) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="How the file is shown"
      value={sides}
      onChange={(to) => onChoose(to as Sides)}
      data={[
        { value: "form", label: "Form" },
        { value: "both", label: "Both" },
        { value: "text", label: "Text" },
      ]}
    />
  );
}

function FileText({ path, text, goTo }: FileGiven & { text: string }) {
  const editing = useEditing();
  const own = (found: Mistake[] | undefined) => (found ?? []).filter(({ file }) => file === path);
  return (
    <Suspense fallback={<div className={classes.code} aria-busy />}>
      <CodeEditor
        path={path}
        text={text}
        readOnly={!editing.mayEdit}
        mistakes={own(editing.checked?.mistakes)}
        warnings={own(editing.checked?.warnings)}
        goTo={goTo}
        onChange={(changed) => editing.write(path, changed)}
      />
    </Suspense>
  );
}

function FileActions({ path }: { path: string }) {
  const editing = useEditing();
  return (
    <>
      {path in editing.changes ? (
        <Tooltip label="As it was published">
          <ActionIcon aria-label={`Take the changes of ${path} back`} onClick={() => editing.restore(path)}>
            <IconArrowBackUp size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      ) : null}
      {path === "organisation.yaml" || path === "topics.yaml" ? null : (
        <Tooltip label="Remove the file">
          <ActionIcon aria-label={`Remove ${path}`} onClick={() => editing.remove(path)}>
            <IconTrash size={17} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </>
  );
}

function Gone({ path }: { path: string }) {
  const editing = useEditing();
  const isRemoved = editing.changes[path] === null;
  return (
    <Alert m="md" color="yellow" title={isRemoved ? `${path} is removed in your draft` : `There is no file ${path}`}>
      {isRemoved ? (
        <Button size="xs" variant="default" onClick={() => editing.restore(path)}>
          Take it back
        </Button>
      ) : (
        "Choose another one, or make a new one."
      )}
    </Alert>
  );
}

interface MistakesGiven {
  mistakes: Mistake[];
  warnings: Mistake[];
  onGo: (mistake: Mistake) => void;
}

function Mistakes({ mistakes, warnings, onGo }: MistakesGiven) {
  const title = mistakes.length ? counted(mistakes.length, "mistake") : counted(warnings.length, "warning");
  return (
    <section className={classes.mistakes} aria-label="Mistakes" aria-live="polite">
      <Text size="sm" fw={650} c={mistakes.length ? "var(--hf-danger)" : undefined}>
        {title}
      </Text>
      {[...mistakes, ...warnings].map((one) => (
        <UnstyledButton
          key={`${one.file}:${one.line}:${one.column}:${one.path}:${one.problem}`}
          className={classes.mistake}
          onClick={() => onGo(one)}
        >
          <strong>
            {one.file}
            {one.line ? `:${one.line}` : ""}
            {one.column ? `:${one.column}` : ""}
          </strong>{" "}
          {one.path ? `${one.path}: ` : ""}
          {one.problem}. {one.remedy}
        </UnstyledButton>
      ))}
    </section>
  );
}
