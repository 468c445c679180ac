// How sources report (docs/health.md), for the whole city and by district.
import type { Answer, Both } from "./types";
import { useAddress, type Data } from "./watch";

/** How a source reports, of the whole city or of a district. */
export interface Reports {
  gap: string | null;
  freshness?: { newest: string | null; quiet_days: number | null; usual_days: number | null; late: boolean; silent: boolean } | null;
  volume?: { short: boolean } | null;
}

type Told = Answer<"/v1/health/sources">;

/** A source: what is always told of it, and what only some are. */
export type Source = Told["items"][number] &
  Reports & {
    delay_days?: { p50: number | null; p95: number | null } | null;
    refused?: number | string | null;
    findings?: (Both & { district?: string | null })[];
    districts?: (Reports & { code: string; name: string })[];
  };

/** How all sources report. */
export function useSources(): Data<Omit<Told, "items"> & { items: Source[] }> {
  return useAddress("v1/health/sources");
}
