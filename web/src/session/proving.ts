/** Some deeds take a recent proof of who one is. Whoever needs one waits here, and the dialog (`Prove.tsx`) answers. */
import { problemType } from "../api/problem.ts";

let waiting: ((done: boolean) => void)[] = [];
const listeners = new Set<() => void>();

/** Wait until the person has proven who they are; false when they do not want to, or nothing is there to ask them. */
export function proven(): Promise<boolean> {
  if (listeners.size === 0) return Promise.resolve(false);
  return new Promise((resolve) => {
    waiting.push(resolve);
    for (const listener of listeners) listener();
  });
}

/** Do what may take a recent proof, where no interceptor asks for it. */
export async function withProof<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (problemType(error) !== "step-up-required" || !(await proven())) throw error;
    return work();
  }
}

/** Let everybody go on who waits. */
export function settle(done: boolean): void {
  const all = waiting;
  waiting = [];
  for (const resolve of all) resolve(done);
  for (const listener of listeners) listener();
}

export function isAsked(): boolean {
  return waiting.length > 0;
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
