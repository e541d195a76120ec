import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useRef, useState } from "react";

import { call } from "../../api/client";
import { may, useMe } from "../../api/me";
import { showProblem } from "../../shell/told";
import {
  SPECIFICATION,
  useSpecification,
  type Checked,
  type Draft,
  type FileChanges,
  type Specification,
} from "./specification";

const SAVE_AFTER_MS = 700;

export interface Editing {
  active: Specification;
  /** The files of the version that the draft changes. */
  baseFiles: Record<string, string>;
  /** The files as they would be. */
  files: Record<string, string>;
  changes: FileChanges;
  draft: Draft | null;
  checked: Checked | null;
  mayEdit: boolean;
  saving: boolean;
  /** The draft is based on a version that is not active any more. */
  behind: boolean;
  write: (path: string, text: string) => void;
  remove: (path: string) => void;
  restore: (path: string) => void;
  takeOver: () => Promise<void>;
  discard: () => Promise<void>;
  /** Save what is not saved, and wait for it. */
  settle: () => Promise<void>;
  /** Something else has changed the draft: a package was installed, or it was published. */
  reload: () => Promise<void>;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("useEditing is used below the specification's page");
  return editing;
}

interface Local {
  base: string;
  files: FileChanges;
}

/** What is kept on the server: the draft of whoever is signed in, and what is wrong with it. */
function useKept(mayEdit: boolean) {
  const kept = useQuery({
    queryKey: ["specification-draft"],
    queryFn: ({ signal }) => call<Draft>(`${SPECIFICATION}/draft`, { signal }),
    enabled: mayEdit,
    staleTime: Infinity,
  });
  const checked = useQuery({
    queryKey: ["specification-check", kept.data?.base, kept.data?.saved_at],
    queryFn: ({ signal }) => call<Checked>(`${SPECIFICATION}/check`, { method: "POST", signal }),
    enabled: kept.isSuccess,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
  return { kept, checked: checked.data ?? null };
}

/** What is written is kept a moment later, and before anything else is done with the draft. */
function useSaving() {
  const client = useQueryClient();
  const [local, setLocal] = useState<Local | null>(null);
  const [saving, setSaving] = useState(false);
  const unsaved = useRef<Local | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const save = useCallback(async () => {
    const wanted = unsaved.current;
    clearTimeout(timer.current);
    if (!wanted) return;
    setSaving(true);
    try {
      const draft = await call<Draft>(`${SPECIFICATION}/draft`, { method: "PUT", body: wanted });
      if (unsaved.current === wanted) unsaved.current = null;
      // An answer that is under way tells of the draft before this one.
      await client.cancelQueries({ queryKey: ["specification-draft"] });
      client.setQueryData(["specification-draft"], draft);
    } finally {
      setSaving(false);
    }
  }, [client]);

  const keep = useCallback(
    (next: Local) => {
      setLocal(next);
      setSaving(true);
      unsaved.current = next;
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void save().catch(showProblem), SAVE_AFTER_MS);
    },
    [save],
  );

  const reload = useCallback(async () => {
    unsaved.current = null;
    await client.invalidateQueries({ queryKey: ["specification"] });
    await client.invalidateQueries({ queryKey: ["specification-draft"] });
    setLocal(null);
    setSaving(false);
  }, [client]);

  useEffect(() => () => void save().catch(() => undefined), [save]);
  return { local, saving, save, keep, reload };
}

/** The specification's page works on this: what is active, what is changed, what is wrong. */
export function useEditor(): { editing: Editing | null; error: Error | null; retry: () => void } {
  const mayEdit = may(useMe(), "lead");
  const active = useSpecification();
  const { kept, checked } = useKept(mayEdit);
  const { local, saving, save, keep, reload } = useSaving();
  const mine: Local | undefined = local ?? kept.data;
  const older = useSpecification(olderBase(mine, active.data));
  const error = [active, kept, older].find((one) => one.error)?.error ?? null;
  const retry = () => void active.refetch();
  if (!active.data || !older.data || kept.isLoading) return { editing: null, error, retry };
  const found = { active: active.data, base: older.data, changes: mine?.files ?? {} };
  const ofDraft = { draft: kept.data ?? null, checked, mayEdit, saving };
  return { editing: { ...found, ...ofDraft, ...edits(found, keep, save, reload) }, error: null, retry };
}

/** Nothing where the draft changes the active version. */
function olderBase(mine: Local | undefined, active: Specification | undefined): string | undefined {
  return mine && mine.base !== active?.content_hash ? mine.base : undefined;
}

interface Found {
  active: Specification;
  base: Specification;
  changes: FileChanges;
}

function edits(
  { active, base: { content_hash: base, files }, changes }: Found,
  keep: (next: Local) => void,
  save: () => Promise<void>,
  reload: () => Promise<void>,
) {
  return {
    baseFiles: files,
    files: applied(files, changes),
    behind: base !== active.content_hash && Object.keys(changes).length > 0,
    write: (path: string, text: string) => keep({ base, files: changed(changes, path, text, files) }),
    remove: (path: string) => keep({ base, files: changed(changes, path, null, files) }),
    restore: (path: string) => keep({ base, files: without(changes, path) }),
    takeOver: () => {
      keep({ base: active.content_hash, files: changes });
      return save();
    },
    discard: async () => {
      await call(`${SPECIFICATION}/draft`, { method: "DELETE" });
      await reload();
    },
    settle: save,
    reload,
  };
}

function applied(files: Record<string, string>, changes: FileChanges): Record<string, string> {
  const all = Object.entries({ ...files, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(all.sort(([a], [b]) => a.localeCompare(b)));
}

function changed(changes: FileChanges, path: string, text: string | null, files: Record<string, string>): FileChanges {
  const isAsBefore = text === null ? !(path in files) : files[path] === text;
  return isAsBefore ? without(changes, path) : { ...changes, [path]: text };
}

function without(changes: FileChanges, path: string): FileChanges {
  return Object.fromEntries(Object.entries(changes).filter(([name]) => name !== path));
}
