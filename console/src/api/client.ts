import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** An answer that is no success, or none at all: `title` says what, `detail` says what to do. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
    this.name = "ProblemError";
  }

  get status(): number {
    return this.problem.status;
  }
}

const UNREACHABLE: Problem = {
  type: "about:blank",
  title: "The platform cannot be reached",
  status: 0,
  detail: "Check the connection and try again. What you have written is kept here.",
};
const MEANINGLESS: Problem = {
  type: "about:blank",
  title: "Something between here and the platform answered instead",
  status: 502,
  detail: "Reload the page. If it stays, tell whoever runs the platform.",
};

let csrfToken: string | null = null;

/** The token of the session, which every change must carry. */
export function keepCsrfToken(token: string | null | undefined): void {
  csrfToken = token ?? null;
}

export function signInAddress(): string {
  return `/console/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`;
}

/** Everybody who is not signed in goes there, and comes back to where they were; this page waits until it is left. */
function goToSignIn(): Promise<never> {
  location.assign(signInAddress());
  return new Promise(() => undefined);
}

interface Options {
  method?: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  body?: unknown;
  form?: FormData;
  signal?: AbortSignal;
}

/** Ask the API. Raises ProblemError for everything but success. */
export async function call<T>(path: string, { method = "GET", body, form, signal }: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrfToken) headers["X-CSRF-Token"] = csrfToken;
  const content = form ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await reached(fetch(path, { method, headers, body: content, signal, credentials: "same-origin" }));
  if (response.status === 401 && !location.pathname.startsWith("/console/sign-in")) return goToSignIn();
  if (!response.ok) throw new ProblemError(await problemOf(response));
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** As `call`, but null where the part of the platform that answers this is not there. */
export async function callIfThere<T>(path: string, options: Options = {}): Promise<T | null> {
  try {
    return await call<T>(path, options);
  } catch (error) {
    if (error instanceof ProblemError && error.status === 404) return null;
    throw error;
  }
}

async function reached(request: Promise<Response>): Promise<Response> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ProblemError(UNREACHABLE);
  }
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    return { ...MEANINGLESS, ...problem, status: response.status };
  } catch {
    return { ...MEANINGLESS, status: response.status };
  }
}

/** The address with those parameters that have a value. */
export function withParameters(
  path: string,
  parameters: Record<string, string | number | boolean | null | undefined>,
): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${path}?${query}` : path;
}

export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return {
    type: "about:blank",
    title: "Something went wrong on this page",
    status: 0,
    detail: "Reload the page and try again.",
  };
}
