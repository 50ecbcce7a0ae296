import { Link } from "wouter";
import { Empty } from "../../components/Empty.tsx";
import { useTexts } from "../../i18n/index.ts";

export function Nowhere() {
  const t = useTexts();
  return (
    <div className="screen">
      <h1 className="hidden">{t.app.nowhere}</h1>
      <Empty title={t.app.nowhere} text="">
        <Link className="button" href="/app/today">
          {t.app.home}
        </Link>
      </Empty>
    </div>
  );
}
