/** The devices that are signed in to this account, and signing them out. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";

export type Device = components["schemas"]["Session"];

export const DEVICES = ["sessions"];
/** As long as a line takes to fade, in milliseconds. */
const FADES = 260;
const LOOKS_AGAIN = 15_000;

export function useDevices() {
  return useQuery({
    queryKey: DEVICES,
    staleTime: 0,
    refetchInterval: LOOKS_AGAIN,
    queryFn: async () => (await http.get<{ items: Device[] }>("/session")).data.items,
  });
}

/** Sign out one device, or all others for "others". The line goes when the service has done it. */
export function useEnding(onError: (error: unknown) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (which: Device | "others") => {
      await http.delete(which === "others" ? "/session" : `/session/${which.id}`);
      await new Promise((resolve) => setTimeout(resolve, FADES));
    },
    onSuccess: (_nothing, which) => {
      queries.setQueryData<Device[]>(DEVICES, (devices) =>
        devices?.filter((one) => (which === "others" ? one.current : one.id !== which.id)),
      );
    },
    onError,
    onSettled: () => queries.invalidateQueries({ queryKey: DEVICES }),
  });
}

/** What a program calls itself, shortened to what people know: "Firefox · Linux". */
export function agentName(agent: string): string {
  const browser = /Firefox|Edg|OPR|Chrome|Safari|curl|python|recado/i.exec(agent)?.[0] ?? "";
  const system = /Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0] ?? "";
  const known: Record<string, string> = { Edg: "Edge", OPR: "Opera", "Mac OS X": "Mac", CrOS: "ChromeOS", python: "Python" };
  return [known[browser] ?? browser, known[system] ?? system].filter(Boolean).join(" · ");
}
