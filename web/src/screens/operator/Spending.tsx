import { useQuery } from "@tanstack/react-query";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { Section } from "../../components/Section.tsx";
import { Unloaded } from "../../components/Unloaded.tsx";
import { longDay } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";

type Read = components["schemas"]["Spending"];
type Day = Read["items"][number];

/** What messages cost each day of the last month, as far as the carrier told a price. */
export function Spending() {
  const t = useTexts();
  const read = useQuery({
    queryKey: ["operator", "spending"],
    staleTime: 0,
    queryFn: async () => (await http.get<Read>("/operator/spending")).data,
  });
  const days = [...(read.data?.items ?? [])].sort((a, b) => (a.day < b.day ? 1 : -1));
  return (
    <Section title={t.operator.spending} note={read.data && t.operator.spendingNote(read.data.texts_a_day)}>
      {read.isError && <Unloaded onAgain={read.refetch} />}
      {days.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t.operator.day}</th>
              <th scope="col">{t.operator.channel}</th>
              <th scope="col">{t.operator.sent}</th>
              <th scope="col">{t.operator.cost}</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day) => (
              <Row key={`${day.day} ${day.channel} ${day.currency}`} day={day} />
            ))}
          </tbody>
        </table>
      )}
      {read.data && !days.length && <p className="line note">{t.operator.nothingSent}</p>}
    </Section>
  );
}

function Row({ day }: { day: Day }) {
  const t = useTexts();
  const locale = useLocale();
  const cost = day.amount === null ? t.operator.unpriced : `${Number(day.amount).toLocaleString(locale, { maximumFractionDigits: 4 })} ${day.currency ?? ""}`;
  return (
    <tr>
      <th scope="row">{longDay(locale, day.day)}</th>
      <td>{t.operator.channels[day.channel]}</td>
      <td>{day.sent.toLocaleString(locale)}</td>
      <td>{cost}</td>
    </tr>
  );
}
