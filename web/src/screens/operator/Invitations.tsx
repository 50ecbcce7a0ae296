import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ticket } from "lucide-react";
import { http } from "../../api/http.ts";
import type { components } from "../../api/schema";
import { useMe } from "../../app/Account.tsx";
import { CopyOnce } from "../../components/CopyOnce.tsx";
import { Section } from "../../components/Section.tsx";
import { Thing } from "../../components/Thing.tsx";
import { toast } from "../../components/toasts.ts";
import { instantName } from "../../i18n/dates.ts";
import { useLocale, useTexts } from "../../i18n/index.ts";
import { sentence } from "../../i18n/said.ts";

type Invitation = components["schemas"]["Invitation"];
type Made = components["schemas"]["NewInvitation"];

const KEY = ["operator", "invitations"];

/** Links to sign up with. Each is shown once, when it is made; after that it can only be taken back. */
export function Invitations() {
  const t = useTexts();
  const queries = useQueryClient();
  const onError = (error: unknown) => toast({ text: t.operator.failed, detail: sentence(error), bad: true });
  const onSettled = () => queries.invalidateQueries({ queryKey: KEY });
  const open = useQuery({
    queryKey: KEY,
    staleTime: 0,
    queryFn: async () => (await http.get<{ items: Invitation[] }>("/operator/invite")).data.items,
  });
  const make = useMutation({ mutationFn: async () => (await http.post<Made>("/operator/invite")).data, onError, onSettled });
  const takeBack = useMutation({
    mutationFn: async ({ id }: Invitation) => void (await http.delete(`/operator/invite/${id}`)),
    onSuccess: () => toast({ text: t.operator.takenBack }),
    onError,
    onSettled,
  });
  return (
    <Section title={t.operator.invitations} note={t.operator.invitationsNote}>
      {make.data && <Link made={make.data} />}
      <div className="line">
        <p className="note">{open.data?.length ? t.operator.open(open.data.length) : t.operator.noneOpen}</p>
        <button className="button main" disabled={make.isPending} onClick={() => make.mutate()}>
          {t.operator.invite}
        </button>
      </div>
      {open.data && open.data.length > 0 && (
        <ul className="things">
          {open.data.map((one) => (
            <Line key={one.id} invitation={one} onTakeBack={() => takeBack.mutate(one)} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Link({ made }: { made: Made }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const note = t.operator.linkNote(instantName(locale, made.expires_at, time_zone));
  return <CopyOnce label={t.operator.inviteLink} text={location.origin + made.path} note={note} />;
}

function Line({ invitation, onTakeBack }: { invitation: Invitation; onTakeBack(): void }) {
  const t = useTexts();
  const locale = useLocale();
  const { time_zone } = useMe();
  const name = invitation.id.slice(0, 6);
  const bits = [invitation.username && t.operator.by(invitation.username), t.operator.until(instantName(locale, invitation.expires_at, time_zone))];
  return (
    <Thing icon={<Ticket size={18} />} title={name} bits={bits}>
      <button className="button" aria-label={`${t.operator.takeBack}: ${name}`} onClick={onTakeBack}>
        {t.operator.takeBack}
      </button>
    </Thing>
  );
}
