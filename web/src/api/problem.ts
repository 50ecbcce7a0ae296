/** What went wrong, as the service says it (RFC 9457). */
import { isAxiosError } from "axios";
import type { components } from "./schema";

export type Problem = components["schemas"]["Problem"];

/** What a second factor is asked for with. */
export interface SecondStep {
  challenge: string;
  factors: ("passkey" | "totp" | "recovery")[];
  passkey?: object;
}

/** The problem that an error carries, if the service sent one. */
export function problemOf(error: unknown): Problem | undefined {
  const data: unknown = isAxiosError(error) ? error.response?.data : undefined;
  return typeof data === "object" && data !== null && "type" in data ? (data as Problem) : undefined;
}

/** The name of the problem: what its `type` ends with. */
export function problemType(error: unknown): string {
  return problemOf(error)?.type.split("#")[1] ?? "";
}

/** The second step that the service asks for, if that is what it said. */
export function secondStepOf(error: unknown): SecondStep | undefined {
  return problemType(error) === "second-factor-required" ? (problemOf(error) as unknown as SecondStep) : undefined;
}

/** Whether nobody answered, or nobody who could: a reason to try again later, not to give up. */
export function isUnanswered(error: unknown): boolean {
  return isAxiosError(error) && (!error.response || error.response.status >= 500 || error.response.status === 429);
}
