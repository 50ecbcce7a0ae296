import { useEffect, useState } from "react";
import { today } from "../i18n/dates.ts";
import { useMe } from "./Account.tsx";

/** Today's date where the person is; it moves on at midnight, and when the page is looked at again. */
export function useToday(): string {
  const { time_zone } = useMe();
  const [date, setDate] = useState(() => today(time_zone));
  useEffect(() => {
    const look = () => setDate(today(time_zone));
    look();
    const timer = setInterval(look, 30_000);
    addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      removeEventListener("visibilitychange", look);
    };
  }, [time_zone]);
  return date;
}
