import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import { useTexts } from "../i18n/index.ts";

/** What stands below pages that are loaded one by one. */
export function More({ pages }: { pages: UseInfiniteQueryResult }) {
  const t = useTexts();
  if (pages.isError) {
    return (
      <p className="note more" role="alert">
        {t.app.failed}{" "}
        <button className="link" onClick={() => void pages.refetch()}>
          {t.app.again}
        </button>
      </p>
    );
  }
  if (!pages.hasNextPage) return null;
  return (
    <button className="button more" disabled={pages.isFetching} onClick={() => void pages.fetchNextPage()}>
      {pages.isFetching ? t.app.loading : t.app.more}
    </button>
  );
}
